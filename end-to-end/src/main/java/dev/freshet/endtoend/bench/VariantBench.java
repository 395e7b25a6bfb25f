package dev.freshet.endtoend.bench;

import java.util.List;

/** A bench that can be asked to run one of its variants alone. */
interface VariantBench extends Bench {

  /** What {@code --variant} may name. */
  List<String> variants();
}

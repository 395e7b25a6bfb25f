package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An aggregate over DISTINCT values: each counts once, however often it is there. */
record OnceEach(Accumulator of, Multiset values) implements Accumulator {

  @Override
  public void add(@Nullable Object value, long weight) {
    // One entry for all variants: 1.0 and 1.00 are one value. Taken back as it was first added.
    Object present = Objects.requireNonNull(value);
    Multiset.Changed changed = values.change(present, weight);
    if (changed.before() <= 0 && changed.after() > 0) {
      of.add(changed.value(), 1);
    } else if (changed.before() > 0 && changed.after() <= 0) {
      of.add(changed.value(), -1);
    }
  }

  @Override
  public @Nullable Object result() {
    return of.result();
  }

  @Override
  public void write(Encoder out) {
    of.write(out);
  }

  @Override
  public void read(Decoder in) {
    of.read(in);
  }
}

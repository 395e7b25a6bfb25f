package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import org.jspecify.annotations.Nullable;

/** {@code avg}: a sum, shown divided. */
record Average(Summing sum) implements Accumulator {

  @Override
  public void add(@Nullable Object value, long weight) {
    sum.add(value, weight);
  }

  @Override
  public @Nullable Object result() {
    return sum.count() == 0 ? null : sum.average();
  }

  @Override
  public void write(Encoder out) {
    sum.write(out);
  }

  @Override
  public void read(Decoder in) {
    sum.read(in);
  }
}

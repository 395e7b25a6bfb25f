package dev.freshet.materializer.engine;

import dev.freshet.materializer.expression.Order;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code min} and {@code max}: the value itself, and a {@link Multiset} to find the next one when
 * it is taken back.
 */
final class Extreme implements Accumulator {

  private final Multiset values;
  private final boolean greatest;
  private @Nullable Object extreme;

  /** The extreme was taken back; the values that are left lie behind it. */
  private boolean gone;

  Extreme(Multiset values, boolean greatest) {
    this.values = values;
    this.greatest = greatest;
  }

  @Override
  public void add(@Nullable Object value, long weight) {
    Object present = Objects.requireNonNull(value);
    long count = values.add(present, Variant.of(present), weight);
    if (count > 0) {
      if (extreme == null ? !gone : reaches(present, extreme)) {
        extreme = present;
        gone = false;
      }
    } else if (extreme != null && Order.same(present, extreme)) {
      gone = true;
    }
  }

  private boolean reaches(Object value, Object limit) {
    int order = Order.INSTANCE.compare(value, limit);
    return greatest ? order >= 0 : order <= 0;
  }

  @Override
  public @Nullable Object result() {
    if (gone) {
      extreme = values.end(greatest);
      gone = false;
    }
    return extreme;
  }

  @Override
  public void write(Encoder out) {
    out.value(result());
  }

  @Override
  public void read(Decoder in) {
    extreme = in.value();
  }
}

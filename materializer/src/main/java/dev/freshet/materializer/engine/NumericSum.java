package dev.freshet.materializer.engine;

import dev.freshet.materializer.expression.Numerics;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An exact sum of numerics, shown with the largest scale among the values that are there: values
 * are counted by scale, as Postgres's own moving aggregates do (maxScaleCount).
 */
final class NumericSum implements Summing {

  private BigDecimal sum = BigDecimal.ZERO;
  private long count;
  private Counts scales = new Counts();

  @Override
  public void add(@Nullable Object value, long weight) {
    BigDecimal number = (BigDecimal) Objects.requireNonNull(value);
    count += weight;
    scales.add(number.scale(), weight);
    if (weight == 1) {
      sum = sum.add(number);
    } else if (weight == -1) {
      sum = sum.subtract(number);
    } else {
      sum = sum.add(number.multiply(BigDecimal.valueOf(weight)));
    }
  }

  private BigDecimal total() {
    return sum.setScale(scales.greatest(), RoundingMode.UNNECESSARY);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public @Nullable Object result() {
    return count == 0 ? null : total();
  }

  @Override
  public Object average() {
    return Numerics.divide(total(), BigDecimal.valueOf(count));
  }

  @Override
  public void write(Encoder out) {
    out.number(count).value(sum);
    scales.write(out);
  }

  @Override
  public void read(Decoder in) {
    count = in.number();
    sum = (BigDecimal) Objects.requireNonNull(in.value());
    scales = Counts.read(in);
  }
}

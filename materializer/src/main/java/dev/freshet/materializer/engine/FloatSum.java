package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sum of floats, kept exactly and rounded once when it is shown, so that it does not depend on
 * order and a huge value that is taken back leaves the small ones whole. Postgres adds in whatever
 * order it reads: the last digits may differ from its own.
 */
final class FloatSum implements Summing {

  private final PgType type;
  private BigDecimal finite = BigDecimal.ZERO;
  private long count;
  private long nans;
  private long infinities;
  private long negativeInfinities;

  FloatSum(PgType type) {
    this.type = type;
  }

  @Override
  public void add(@Nullable Object value, long weight) {
    double number = (Double) Objects.requireNonNull(value);
    count += weight;
    if (Double.isNaN(number)) {
      nans += weight;
    } else if (number == Double.POSITIVE_INFINITY) {
      infinities += weight;
    } else if (number == Double.NEGATIVE_INFINITY) {
      negativeInfinities += weight;
    } else {
      finite = finite.add(new BigDecimal(number).multiply(BigDecimal.valueOf(weight)));
    }
  }

  private double total() {
    if (nans > 0 || (infinities > 0 && negativeInfinities > 0)) {
      return Double.NaN;
    }
    if (infinities > 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (negativeInfinities > 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double sum = finite.doubleValue();
    double shown = type.kind() == PgType.Kind.FLOAT4 ? (double) (float) sum : sum;
    if (Double.isInfinite(shown)) {
      throw new EvaluationException("value out of range: overflow");
    }
    return shown;
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
    return total() / count;
  }

  @Override
  public void write(Encoder out) {
    out.number(count)
        .number(nans)
        .number(infinities)
        .number(negativeInfinities)
        .value(finite.signum() == 0 ? BigDecimal.ZERO : finite.stripTrailingZeros());
  }

  @Override
  public void read(Decoder in) {
    count = in.number();
    nans = in.number();
    infinities = in.number();
    negativeInfinities = in.number();
    finite = (BigDecimal) Objects.requireNonNull(in.value());
  }
}

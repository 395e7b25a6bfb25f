package dev.freshet.materializer.engine;

import dev.freshet.materializer.expression.Numerics;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An exact sum of integers: int8 when it fits and is wanted, else numeric. */
final class IntegerSum implements Summing {

  private final boolean asInteger;
  private BigInteger sum = BigInteger.ZERO;
  private long count;

  /** What {@link #sum} does not yet hold; added in time, because most sums fit into 64 bits. */
  private long rest;

  IntegerSum(boolean asInteger) {
    this.asInteger = asInteger;
  }

  @Override
  public void add(@Nullable Object value, long weight) {
    long number = (Long) Objects.requireNonNull(value);
    count += weight;
    long high = Math.multiplyHigh(number, weight);
    long product = number * weight;
    long total = rest + product;
    boolean fits = high == (product >> 63) && ((rest ^ total) & (product ^ total)) >= 0;
    if (fits) {
      rest = total;
    } else {
      sum =
          sum.add(BigInteger.valueOf(rest))
              .add(BigInteger.valueOf(number).multiply(BigInteger.valueOf(weight)));
      rest = 0;
    }
  }

  private BigInteger total() {
    return sum.signum() == 0 ? BigInteger.valueOf(rest) : sum.add(BigInteger.valueOf(rest));
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public @Nullable Object result() {
    if (count == 0) {
      return null;
    }
    BigInteger total = total();
    if (!asInteger) {
      return new BigDecimal(total);
    }
    if (total.bitLength() >= Long.SIZE) {
      throw new EvaluationException("bigint out of range");
    }
    return total.longValue();
  }

  @Override
  public Object average() {
    return Numerics.divide(new BigDecimal(total()), BigDecimal.valueOf(count));
  }

  @Override
  public void write(Encoder out) {
    BigInteger total = total();
    out.number(count).value(new BigDecimal(total));
  }

  @Override
  public void read(Decoder in) {
    count = in.number();
    BigInteger total = ((BigDecimal) Objects.requireNonNull(in.value())).unscaledValue();
    boolean small = total.bitLength() < Long.SIZE;
    rest = small ? total.longValue() : 0;
    sum = small ? BigInteger.ZERO : total;
  }
}

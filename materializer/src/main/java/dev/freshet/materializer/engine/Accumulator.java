package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate of one group, exact under retraction: adding a value and taking it back leaves no
 * trace. It never sees NULL arguments.
 */
interface Accumulator {

  /** Adds a value so many times; takes it back for a negative weight. */
  void add(@Nullable Object value, long weight);

  /**
   * The aggregate of what is there now.
   *
   * @throws EvaluationException where Postgres raises an error
   */
  @Nullable Object result();

  void write(Encoder out);

  void read(Decoder in);

  /** An empty one for this call. */
  static Accumulator of(AggregateCall call, Multiset values) {
    return switch (call.function()) {
      case COUNT_ROWS -> new Count();
      case COUNT -> distinct(call, new Count(), values);
      case SUM -> distinct(call, sum(call), values);
      case AVG -> distinct(call, average(call), values);
      case MIN -> new Extreme(values, false);
      case MAX -> new Extreme(values, true);
      case BOOL_AND -> new Truth(true);
      case BOOL_OR -> new Truth(false);
    };
  }

  /** Whether this call needs a {@link Multiset}. */
  static boolean needsValues(AggregateCall call) {
    return switch (call.function()) {
      case MIN, MAX -> true;
      case COUNT, SUM, AVG -> call.distinct();
      case COUNT_ROWS, BOOL_AND, BOOL_OR -> false;
    };
  }

  private static Accumulator distinct(AggregateCall call, Accumulator of, Multiset values) {
    return call.distinct() ? new OnceEach(of, values) : of;
  }

  private static Accumulator sum(AggregateCall call) {
    return switch (call.argumentType().kind()) {
      case INT2, INT4, INT8 -> new IntegerSum(call.type().kind().isInteger());
      case FLOAT4, FLOAT8 -> new FloatSum(call.type());
      default -> new NumericSum();
    };
  }

  private static Accumulator average(AggregateCall call) {
    return switch (call.argumentType().kind()) {
      case INT2, INT4, INT8 -> new Average(new IntegerSum(false));
      case FLOAT4, FLOAT8 -> new Average(new FloatSum(call.type()));
      default -> new Average(new NumericSum());
    };
  }

  /** {@code count(*)} and {@code count(x)}. */
  final class Count implements Accumulator {
    private long count;

    @Override
    public void add(@Nullable Object value, long weight) {
      count += weight;
    }

    @Override
    public Object result() {
      return count;
    }

    @Override
    public void write(Encoder out) {
      out.number(count);
    }

    @Override
    public void read(Decoder in) {
      count = in.number();
    }
  }

  /** {@code bool_and} and {@code bool_or}, by counts. */
  final class Truth implements Accumulator {
    private final boolean and;
    private long trues;
    private long falses;

    Truth(boolean and) {
      this.and = and;
    }

    @Override
    public void add(@Nullable Object value, long weight) {
      if (Boolean.TRUE.equals(value)) {
        trues += weight;
      } else {
        falses += weight;
      }
    }

    @Override
    public @Nullable Object result() {
      if (trues + falses == 0) {
        return null;
      }
      return and ? falses == 0 : trues > 0;
    }

    @Override
    public void write(Encoder out) {
      out.number(trues).number(falses);
    }

    @Override
    public void read(Decoder in) {
      trues = in.number();
      falses = in.number();
    }
  }
}

package dev.freshet.console.model;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers that are good for half a second: many who ask the same at once are told the same, and it
 * is worked out once. While it is, others are told the one before, unless that is older than a
 * second. Thread-safe.
 */
public final class Recent<K, V> {

  private static final long GOOD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long USABLE_NANOS = 2 * GOOD_NANOS;

  private record Answer<V>(V value, long nanos, AtomicBoolean renewed) {}

  private final ConcurrentHashMap<K, Answer<V>> answers = new ConcurrentHashMap<>();
  private final int most;
  private final LongSupplier nanos;

  /**
   * @param most different questions; beyond that all are forgotten
   */
  public Recent(int most) {
    this(most, System::nanoTime);
  }

  Recent(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
  }

  /** The answer there is, or else a new one. */
  public V get(K question, Supplier<V> answer) {
    Answer<V> known = answers.get(question);
    if (known != null
        && (isYounger(known, GOOD_NANOS)
            || (isYounger(known, USABLE_NANOS) && !known.renewed().compareAndSet(false, true)))) {
      return known.value();
    }
    if (known == null && answers.size() >= most) {
      answers.clear();
    }
    return answers
        .compute(
            question,
            (same, there) ->
                there != null && isYounger(there, GOOD_NANOS)
                    ? there
                    : new Answer<>(answer.get(), nanos.getAsLong(), new AtomicBoolean()))
        .value();
  }

  private boolean isYounger(Answer<V> known, long than) {
    return nanos.getAsLong() - known.nanos() < than;
  }
}

package dev.freshet.console.model;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers that are good for half a second: many who ask the same at once are told the same, and it
 * is worked out once. Thread-safe.
 */
public final class Recent<K, V> {

  private static final long GOOD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private record Answer<V>(V value, long nanos) {}

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
    if (known != null && isGood(known)) {
      return known.value();
    }
    if (known == null && answers.size() >= most) {
      answers.clear();
    }
    return answers
        .compute(
            question,
            (same, there) ->
                there != null && isGood(there)
                    ? there
                    : new Answer<>(answer.get(), nanos.getAsLong()))
        .value();
  }

  private boolean isGood(Answer<V> known) {
    return nanos.getAsLong() - known.nanos() < GOOD_NANOS;
  }
}

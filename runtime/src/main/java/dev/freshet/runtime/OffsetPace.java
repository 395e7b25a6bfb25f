package dev.freshet.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * When a consumer that assigns itself its partitions tells Kafka again where it is, though it has
 * not moved.
 *
 * <p>Kafka forgets such an offset a while after it was told (offsets.retention.minutes, 7 days by
 * default), also while the consumer runs; only those of a group with members stay. So it is told
 * when the process starts and once an hour. Not thread-safe.
 */
public final class OffsetPace {

  private static final Duration LONGEST = Duration.ofHours(1);

  private final InstantSource clock;
  private Instant due = Instant.MIN;

  public OffsetPace(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether it is time. */
  public boolean isDue() {
    return !clock.instant().isBefore(due);
  }

  /** It was told. */
  public void told() {
    due = clock.instant().plus(LONGEST);
  }
}

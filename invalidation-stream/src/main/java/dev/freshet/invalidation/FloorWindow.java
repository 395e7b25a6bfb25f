package dev.freshet.invalidation;

import dev.freshet.events.Invalidation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * Watermarks younger than the longest load, so that older transactions can be forgotten.
 *
 * <p>The floor is one less than the xmin of a watermark older than any load still under way: a load
 * whose fence is not above it began too long ago and is refused, so no mark at or below it is
 * needed. Bounded: at most {@value #MAX_WATERMARKS} are kept; beyond that the floor only lags.
 */
final class FloorWindow {

  static final int MAX_WATERMARKS = 1024;

  private final long longestLoadMicros;
  private final Deque<Invalidation.Watermark> young = new ArrayDeque<>();
  private OptionalLong floor = OptionalLong.empty();

  FloorWindow(Duration longestLoad) {
    this.longestLoadMicros = longestLoad.toNanos() / 1000;
  }

  /** The floor now that this watermark was seen; empty while no watermark is old enough. */
  OptionalLong floorAfter(Invalidation.Watermark watermark) {
    if (young.size() < MAX_WATERMARKS) {
      young.addLast(watermark);
    }
    long horizon = watermark.committedMicros() - longestLoadMicros;
    while (!young.isEmpty() && young.getFirst().committedMicros() <= horizon) {
      floor = OptionalLong.of(young.removeFirst().xmin() - 1);
    }
    return floor;
  }
}

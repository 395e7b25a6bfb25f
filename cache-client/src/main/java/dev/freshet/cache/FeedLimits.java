package dev.freshet.cache;

import java.time.Duration;

/**
 * How long a local cache trusts a feed, and how much a feed may hold.
 *
 * @param silence without a message for longer, a bucket is not trusted; heartbeats come about once
 *     a second
 * @param retry how long after a failure the head is read again, or the subscription made again
 * @param waiting messages received and not handled yet; beyond, they are dropped, which is a gap
 * @param heartbeats how many are remembered per bucket
 */
record FeedLimits(Duration silence, Duration retry, int waiting, int heartbeats) {

  FeedLimits {
    if (silence.isNegative() || silence.isZero() || retry.isNegative() || retry.isZero()) {
      throw new IllegalArgumentException(
          "silence is " + silence + ", retry is " + retry + "; both must be positive");
    }
    if (waiting < 1 || heartbeats < 1) {
      throw new IllegalArgumentException(
          "waiting is " + waiting + ", heartbeats is " + heartbeats + "; both must be at least 1");
    }
  }

  static FeedLimits defaults() {
    return new FeedLimits(Duration.ofSeconds(3), Duration.ofMillis(500), 65_536, 128);
  }
}

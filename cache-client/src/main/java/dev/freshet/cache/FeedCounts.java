package dev.freshet.cache;

import java.util.concurrent.atomic.LongAdder;

/** What happened to a feed, counted. Thread-safe. */
final class FeedCounts {

  final LongAdder messages = new LongAdder();
  final LongAdder gaps = new LongAdder();
  final LongAdder silences = new LongAdder();
  final LongAdder disconnects = new LongAdder();
  final LongAdder clears = new LongAdder();
}

package dev.freshet.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/** The newest heartbeats of one incarnation, a bounded number of them. Thread-safe. */
final class FeedHeartbeats {

  private final int most;
  private final Deque<FeedHeartbeat> oldestFirst = new ArrayDeque<>();

  /** The last of them, for each read of the cache without a lock. */
  private volatile Optional<FeedHeartbeat> newest = Optional.empty();

  FeedHeartbeats(int most) {
    this.most = most;
  }

  /** Remembers it unless it is known; one that was never committed is none. */
  synchronized void add(FeedHeartbeat heartbeat) {
    long known = newest.map(FeedHeartbeat::committedMicros).orElse(0L);
    if (heartbeat.committedMicros() > known) {
      oldestFirst.addLast(heartbeat);
      newest = Optional.of(heartbeat);
      if (oldestFirst.size() > most) {
        oldestFirst.removeFirst();
      }
    }
  }

  /** Forgets all: another incarnation has other transactions. */
  synchronized void clear() {
    oldestFirst.clear();
    newest = Optional.empty();
  }

  Optional<FeedHeartbeat> newest() {
    return newest;
  }

  /** The xmin of the newest that was received at this time or before. */
  synchronized OptionalLong xminAt(long nanos) {
    var newestFirst = oldestFirst.descendingIterator();
    while (newestFirst.hasNext()) {
      FeedHeartbeat heartbeat = newestFirst.next();
      if (heartbeat.receivedNanos() - nanos <= 0) {
        return OptionalLong.of(heartbeat.xmin());
      }
    }
    return OptionalLong.empty();
  }
}

package dev.freshet.endtoend.bench;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Hears Redis say which keys were deleted, on a connection of its own. Thread-safe. */
final class Deaths {

  private static final String DELETED = "__keyevent@0__:del";

  private volatile @Nullable Watch watch;

  /** Begins to listen. */
  Deaths(StatefulRedisPubSubConnection<String, String> connection) {
    connection.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, String key) {
            long now = System.nanoTime();
            Watch current = watch;
            if (current != null) {
              current.died(key, now);
            }
          }
        });
    connection.sync().subscribe(DELETED);
  }

  /**
   * Watches keys made of this prefix and each number from {@code first}, and no others any more.
   */
  Watch watch(String prefix, int first, int count) {
    Watch next = new Watch(prefix, first, count);
    watch = next;
    return next;
  }

  /** When each of some keys died. */
  static final class Watch {
    private final String prefix;
    private final int first;
    private final AtomicLongArray diedNanos;
    private final CountDownLatch alive;

    private Watch(String prefix, int first, int count) {
      this.prefix = prefix;
      this.first = first;
      this.diedNanos = new AtomicLongArray(count);
      this.alive = new CountDownLatch(count);
    }

    private void died(String key, long now) {
      if (key.startsWith(prefix)) {
        int i = Integer.parseInt(key, prefix.length(), key.length(), 10) - first;
        if (i >= 0 && i < diedNanos.length() && diedNanos.compareAndSet(i, 0, now)) {
          alive.countDown();
        }
      }
    }

    /** By {@link System#nanoTime()}; 0 for a key that is still alive. */
    long diedNanos(int i) {
      return diedNanos.get(i);
    }

    /** Whether all died within this time. */
    boolean awaitAll(Duration time) throws InterruptedException {
      return alive.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** How many are still alive. */
    long alive() {
      return alive.getCount();
    }
  }
}

package dev.freshet.app.demo;

import dev.freshet.cache.Entries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The demo's writers, readers and the thread that takes second looks. */
final class Workload implements AutoCloseable {

  private static final int WRITERS = 2;
  private static final int READERS = 2;
  private static final long LOOK_EVERY_MILLIS = 50;

  private final List<Thread> writers = new ArrayList<>();
  private final List<Thread> others = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong changes = new AtomicLong();
  private final Reader.Counts counts;

  Workload(
      DemoDatabase database,
      Entries<String> cache,
      FreshnessCheck check,
      Reader.Counts counts,
      ReadReports reports,
      int rate,
      long seed) {
    this.counts = counts;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < WRITERS; i++) {
      double share = rate / (double) WRITERS;
      writers.add(
          thread("demo-writer", new Writer(database, check, random.split(), share, changes)));
    }
    for (int i = 0; i < READERS; i++) {
      double share = Math.min(2000, 2.0 * rate) / READERS;
      others.add(
          thread(
              "demo-reader", new Reader(database, cache, random.split(), share, counts, reports)));
    }
    others.add(thread("demo-check", () -> lookAgain(check)));
  }

  private Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((which, e) -> failure.compareAndSet(null, e));
    return thread;
  }

  private static void lookAgain(FreshnessCheck check) {
    try {
      while (true) {
        check.lookAgain();
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  void start() {
    others.forEach(Thread::start);
    writers.forEach(Thread::start);
  }

  /** Stops changing rows; readers and the check go on. */
  void stopWriting() throws InterruptedException {
    stop(writers);
  }

  private static void stop(List<Thread> threads) throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(5).toMillis());
    }
  }

  /** Row changes committed so far. */
  long changes() {
    return changes.get();
  }

  Reader.Counts counts() {
    return counts;
  }

  /** What ended a thread of the workload, if something did. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  @Override
  public void close() {
    try {
      stop(writers);
      stop(others);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

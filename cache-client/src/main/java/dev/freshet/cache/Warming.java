package dev.freshet.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A warm-up under way. Thread-safe. */
public final class Warming {

  /**
   * How far it is.
   *
   * @param total keys asked for
   * @param done of these, cached now or known not to exist
   * @param failed of these, could not be loaded
   */
  public record Progress(int total, int done, int failed) {}

  private final int total;
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final CompletableFuture<Progress> end = new CompletableFuture<>();
  private volatile boolean cancelled;

  Warming(int total) {
    this.total = total;
    if (total == 0) {
      end.complete(progress());
    }
  }

  /** How far it is now. */
  public Progress progress() {
    return new Progress(total, done.get(), failed.get());
  }

  /** Completes with the last progress when all keys were tried, or it was cancelled. */
  public CompletableFuture<Progress> end() {
    return end.copy();
  }

  /** Begins no further load. */
  public void cancel() {
    cancelled = true;
    end.complete(progress());
  }

  boolean cancelled() {
    return cancelled;
  }

  void one(boolean worked) {
    (worked ? done : failed).incrementAndGet();
    if (done.get() + failed.get() >= total) {
      end.complete(progress());
    }
  }
}

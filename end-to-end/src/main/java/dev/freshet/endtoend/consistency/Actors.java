package dev.freshet.endtoend.consistency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Threads that end by themselves when the run does. For one thread. */
final class Actors {

  private static final long LONGEST_END_SECONDS = 60;

  private final Run run;
  private final List<Thread> threads = new ArrayList<>();

  Actors(Run run) {
    this.run = run;
  }

  void start(String name, Runnable actor) {
    Thread thread = new Thread(actor, "lane-" + run.lane() + "-" + name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Waits for all to end. */
  void join() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_END_SECONDS);
    deadline += Math.max(0, run.plan().length().toNanos());
    for (Thread thread : threads) {
      try {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
      if (thread.isAlive()) {
        IllegalStateException stuck = new IllegalStateException(thread.getName() + " does not end");
        stuck.setStackTrace(thread.getStackTrace());
        run.fail(stuck);
        run.throwFailure();
      }
    }
  }
}

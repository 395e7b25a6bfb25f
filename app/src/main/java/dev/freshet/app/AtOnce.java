package dev.freshet.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does several things at once, each in a thread of its own. */
final class AtOnce {

  private AtOnce() {}

  /**
   * Returns when every one has ended. An interrupt is handed on to all of them.
   *
   * @throws RuntimeException what the first of the list threw that threw anything
   */
  static void run(List<Runnable> tasks) {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> all = new ArrayList<>();
    tasks.forEach(task -> all.add(threads.submit(task)));
    threads.shutdown();
    RuntimeException first = null;
    boolean interrupted = false;
    for (int i = 0; i < all.size(); i++) {
      try {
        all.get(i).get();
      } catch (InterruptedException e) {
        interrupted = true;
        threads.shutdownNow();
        i--;
      } catch (ExecutionException e) {
        first = first == null ? thrown(e) : first;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (first != null) {
      throw first;
    }
  }

  private static RuntimeException thrown(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
  }
}

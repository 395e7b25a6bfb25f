package dev.freshet.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
    answers(tasks.stream().map(task -> Executors.callable(task, true)).toList());
  }

  /** As {@link #run}; their answers, in the order of the tasks. */
  static <T> List<T> answers(List<Callable<T>> tasks) {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<T>> all = new ArrayList<>();
    tasks.forEach(task -> all.add(threads.submit(task)));
    threads.shutdown();
    List<T> answers = new ArrayList<>();
    RuntimeException first = null;
    boolean interrupted = false;
    for (int i = 0; i < all.size(); i++) {
      try {
        answers.add(all.get(i).get());
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
    return answers;
  }

  private static RuntimeException thrown(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
  }
}

package dev.freshet.embedded;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The one thread from which child processes are forked. It never ends.
 *
 * <p>The kernel's "tell me when my parent dies" (PR_SET_PDEATHSIG) means the parent
 * <em>thread</em>: a server forked from a pool thread is killed when the pool shuts down.
 */
final class Children {
  private static final ExecutorService NURSERY =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "freshet-nursery");
            thread.setDaemon(true);
            return thread;
          });

  private Children() {}

  static Process fork(ProcessBuilder command) throws IOException {
    Callable<Process> start = command::start;
    try {
      return NURSERY.submit(start).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cannotStart) {
        throw cannotStart;
      }
      throw new IllegalStateException("forking " + command.command() + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting " + command.command().get(0), e);
    }
  }
}

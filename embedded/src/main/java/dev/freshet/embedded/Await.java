package dev.freshet.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waiting for servers that run already to agree on something. */
final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(5);

  private Await() {}

  /** Something that holds, does not hold yet, or cannot be asked now. */
  interface Question {
    boolean holds() throws IOException;
  }

  /** Asks again and again until it holds. */
  static void until(String what, Question question) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    IOException refusal = new IOException("it answered, but it was not so");
    while (System.nanoTime() < deadline) {
      try {
        if (question.holds()) {
          return;
        }
      } catch (IOException e) {
        refusal = e;
      }
      LockSupport.parkNanos(POLL.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new StackException(what, "the wait for it was interrupted", "try again");
      }
    }
    throw new StackException(
        "not within " + LIMIT.toSeconds() + " s: " + what,
        refusal.toString(),
        "the servers' logs are in the folder log beside their data",
        refusal);
  }
}

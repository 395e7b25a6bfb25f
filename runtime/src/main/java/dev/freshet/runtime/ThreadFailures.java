package dev.freshet.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * What to do when a stream thread ended with an exception: go on with a new thread when a Kafka
 * client threw it, else, or when that happens too often, stop the service with its reason.
 *
 * <p>A producer whose transaction timed out while Kafka was away refuses everything but to finish
 * it, and Kafka Streams does not always do that. A new thread has a new producer, which aborts what
 * the old one left, and starts from what was committed. An exception of a processor is no outage:
 * it would come again. Thread-safe.
 */
final class ThreadFailures {

  static final int MOST_NEW_THREADS = 10;
  static final Duration WITHIN = Duration.ofMinutes(10);
  private static final String CLIENTS = "org.apache.kafka.clients.";

  private final InstantSource clock;
  private final Deque<Instant> replaced = new ArrayDeque<>();

  ThreadFailures(InstantSource clock) {
    this.clock = clock;
  }

  synchronized StreamThreadExceptionResponse answer(Throwable failure) {
    Instant now = clock.instant();
    while (!replaced.isEmpty() && replaced.peek().isBefore(now.minus(WITHIN))) {
      replaced.remove();
    }
    if (!ofKafkaClient(failure) || replaced.size() >= MOST_NEW_THREADS) {
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    replaced.add(now);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private static boolean ofKafkaClient(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    StackTraceElement[] frames = root.getStackTrace();
    return root instanceof ApiException // these have no trace
        || (frames.length > 0 && frames[0].getClassName().startsWith(CLIENTS));
  }
}

package dev.freshet.runtime;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Instant;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadFailuresTest {

  private Instant now = Instant.EPOCH;
  private final ThreadFailures failures = new ThreadFailures(() -> now);

  /** As a producer answers that has a transaction to finish. */
  private static StreamsException ofProducer() {
    try (MockProducer<byte[], byte[]> producer = new MockProducer<>()) {
      return new StreamsException(catchThrowable(producer::commitTransaction));
    }
  }

  @Test
  void anExceptionOfAKafkaClientCostsAThread() {
    assertThat(failures.answer(ofProducer())).isEqualTo(REPLACE_THREAD);
  }

  @Test
  void soDoesAnAnswerOfKafkaItself() {
    assertThat(failures.answer(new StreamsException(new TimeoutException("no answer"))))
        .isEqualTo(REPLACE_THREAD);
  }

  @Test
  void anExceptionOfAProcessorStopsTheService() {
    assertThat(failures.answer(new StreamsException(new IllegalStateException("a bug"))))
        .isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void anExceptionWithoutATraceStopsTheService() {
    IllegalStateException bare = new IllegalStateException("a bug");
    bare.setStackTrace(new StackTraceElement[0]);
    assertThat(failures.answer(bare)).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void tooManyWithinAWhileStopTheService() {
    for (int i = 0; i < ThreadFailures.MOST_NEW_THREADS; i++) {
      assertThat(failures.answer(ofProducer())).isEqualTo(REPLACE_THREAD);
    }
    assertThat(failures.answer(ofProducer())).isEqualTo(SHUTDOWN_CLIENT);
    now = now.plus(ThreadFailures.WITHIN).plusMillis(1);
    assertThat(failures.answer(ofProducer())).isEqualTo(REPLACE_THREAD);
  }
}

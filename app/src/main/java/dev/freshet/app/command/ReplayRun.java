package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.recording.RecordIterator;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends records in the order they come, each when it is due. Idempotent and acknowledged by all
 * replicas; what waits to be sent is bounded by the producer's memory.
 */
final class ReplayRun implements AutoCloseable {

  private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Terminal terminal;
  private final String bootstrap;
  private final ReplayTopics topics;
  private final Speed speed;
  private final Interruption stop;
  private final Producer<byte[], byte[]> producer;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long sent;

  ReplayRun(
      Terminal terminal,
      FreshetConfig config,
      ReplayTopics topics,
      Speed speed,
      Interruption stop) {
    this.terminal = terminal;
    this.bootstrap = config.kafka().bootstrap();
    this.topics = topics;
    this.speed = speed;
    this.stop = stop;
    Properties all = config.kafka().connection().clientProperties("freshet-replay");
    all.put("acks", "all");
    all.put("enable.idempotence", "true");
    all.put("max.request.size", Integer.toString(ReplayTopics.LARGEST_RECORD));
    all.put("buffer.memory", Integer.toString(2 * ReplayTopics.LARGEST_RECORD));
    this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Sends all of them, or until it is interrupted.
   *
   * @return how many Kafka has
   */
  long run(RecordIterator records, long total) throws IOException {
    long begin = System.nanoTime();
    long told = begin;
    long first = Long.MIN_VALUE;
    try {
      for (Optional<ConsumerRecord<byte[], byte[]>> next = records.next();
          next.isPresent() && !stop.asked();
          next = records.next()) {
        ConsumerRecord<byte[], byte[]> record = next.get();
        first = first == Long.MIN_VALUE ? record.timestamp() : first;
        if (!await(begin + speed.dueNanos(record.timestamp() - first))) {
          break;
        }
        send(record);
        if (System.nanoTime() - told >= TELL_EVERY_NANOS) {
          told = System.nanoTime();
          terminal
              .err()
              .printf(
                  "  %,d of %,d records, recorded %s%n",
                  sent, total, Instant.ofEpochMilli(record.timestamp()));
        }
      }
      boolean interrupted = Thread.interrupted(); // what was sent is still waited for
      producer.flush();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    } catch (KafkaException e) {
      failure.compareAndSet(null, e);
    }
    requireSent();
    return sent;
  }

  /** Waits; whether nobody interrupted it. */
  private boolean await(long due) {
    try {
      for (long left = due - System.nanoTime();
          left > 0 && !stop.asked();
          left = due - System.nanoTime()) {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, TELL_EVERY_NANOS));
      }
      return !stop.asked();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void send(ConsumerRecord<byte[], byte[]> record) {
    requireSent();
    var unused =
        producer.send(
            new ProducerRecord<>(
                topics.target(record.topic()),
                record.partition(),
                record.timestamp() < 0 ? null : record.timestamp(),
                record.key(),
                record.value(),
                record.headers()),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
    sent++;
  }

  private void requireSent() {
    Exception e = failure.get();
    if (e != null) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw FreshetException.unreachable(
          "the replay ended early",
          "Kafka at %s: %s\n%,d records were handed over, not all of them may be there"
              .formatted(bootstrap, cause.getMessage(), sent),
          "begin again with another --into, so that no record is there twice",
          e);
    }
  }

  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    producer.close(Duration.ofSeconds(10));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

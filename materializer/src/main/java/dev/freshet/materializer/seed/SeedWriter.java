package dev.freshet.materializer.seed;

import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes many records fast; the first failure is told at the end. */
final class SeedWriter implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  SeedWriter(KafkaConnection kafka, String application) {
    Properties all = kafka.clientProperties(application + "-seed");
    all.put("acks", "all");
    all.put("linger.ms", "20");
    all.put("batch.size", Integer.toString(1 << 20));
    all.put("buffer.memory", Long.toString(64L << 20));
    all.put("compression.type", "lz4");
    all.put("max.request.size", Integer.toString(64 << 20));
    this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  void write(String topic, byte[] key, byte @Nullable [] value) {
    Future<RecordMetadata> unused =
        producer.send(
            new ProducerRecord<>(topic, 0, key, value),
            (at, error) -> {
              if (error != null) {
                failure.compareAndSet(null, error);
              }
            });
  }

  /** Waits for everything that was written. */
  void flush() {
    producer.flush();
    Exception failed = failure.get();
    if (failed != null) {
      throw failed(failed);
    }
  }

  private static FreshetException failed(@Nullable Throwable cause) {
    return FreshetException.unreachable(
        "a view could not be seeded", "Kafka: " + cause, "it begins anew at the next start", cause);
  }

  /** Writes one more and waits for all; the offset of that one. */
  long writeLast(String topic, byte[] key, byte[] value) {
    try {
      long offset = producer.send(new ProducerRecord<>(topic, 0, key, value)).get().offset();
      flush();
      return offset;
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while seeding a view", "", "", e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}

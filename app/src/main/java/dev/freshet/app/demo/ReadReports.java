package dev.freshet.app.demo;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestBatch;
import dev.freshet.events.RequestEvent;
import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The demo's reads as request events, so that the console shows real hits, misses and durations. A
 * report Kafka does not take is lost, as it would be for an application that must not wait.
 * Thread-safe.
 */
final class ReadReports implements AutoCloseable {

  private static final int BATCH_BYTES = 64 << 10;
  private static final long LATEST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final String topic;
  private final Producer<byte[], byte[]> producer;
  private final RequestBatch batch = new RequestBatch(BATCH_BYTES);
  private long sentNanos = System.nanoTime();

  ReadReports(KafkaConnection kafka, String topic) {
    this.topic = topic;
    Properties properties = kafka.clientProperties("demo-reads");
    properties.put("acks", "1");
    properties.put("enable.idempotence", "false");
    properties.put("max.block.ms", "1000");
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  synchronized void read(String route, long durationNanos, boolean hit) {
    RequestEvent event =
        new RequestEvent(
            System.currentTimeMillis(),
            "dashboards",
            route,
            HttpMethod.GET,
            200,
            durationNanos,
            hit ? CacheOutcome.L2 : CacheOutcome.MISS,
            1,
            "");
    if (!batch.add(event)) {
      send();
      batch.add(event);
    }
    if (System.nanoTime() - sentNanos > LATEST_NANOS) {
      send();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a report
  private void send() {
    sentNanos = System.nanoTime();
    producer.send(new ProducerRecord<>(topic, batch.toBytes()));
    batch.clear();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
  }
}

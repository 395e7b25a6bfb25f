package dev.freshet.console;

import dev.freshet.console.api.Invalidator;
import dev.freshet.console.api.Problem;
import dev.freshet.console.api.ProblemException;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.TableName;
import dev.freshet.runtime.KafkaConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes invalidations asked for by hand to the topic; opens its producer with the first. */
final class TopicInvalidator implements Invalidator, AutoCloseable {

  private static final int TIMEOUT_MILLIS = 5_000;

  /** Where such invalidations come from, as far as anybody reads them. */
  private static final TableName CONSOLE = new TableName("freshet", "console");

  private final KafkaConnection kafka;
  private final String topic;
  private @Nullable Producer<byte[], byte[]> producer;

  TopicInvalidator(KafkaConnection kafka, String topic) {
    this.kafka = kafka;
    this.topic = topic;
  }

  private synchronized Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      Properties properties = kafka.clientProperties(topic + "-console");
      properties.remove("group.instance.id");
      properties.put("acks", "all");
      properties.put("enable.idempotence", "true");
      properties.put("linger.ms", "0");
      properties.put("max.block.ms", Integer.toString(TIMEOUT_MILLIS));
      properties.put("request.timeout.ms", Integer.toString(TIMEOUT_MILLIS));
      properties.put("delivery.timeout.ms", Integer.toString(2 * TIMEOUT_MILLIS));
      open = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
      producer = open;
    }
    return open;
  }

  @Override
  public String clear(Set<String> tags, long xid, long nowMillis)
      throws ProblemException, InterruptedException {
    Invalidation.Cause cause = Invalidation.Cause.asked(CONSOLE, xid);
    byte[] value =
        InvalidationJson.write(
            tags.isEmpty()
                ? new Invalidation.Everything(cause)
                : new Invalidation.Stale(tags, Set.of(), Set.of(), cause));
    byte[] key = CONSOLE.toString().getBytes(StandardCharsets.UTF_8);
    try {
      RecordMetadata at =
          producer()
              .send(new ProducerRecord<>(topic, null, nowMillis, key, value))
              .get(2L * TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
      return at.partition() + ":" + at.offset();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new ProblemException(
          Problem.NOT_READY,
          "Kafka did not acknowledge within %d s".formatted(2 * TIMEOUT_MILLIS / 1000),
          "send it again; to make a tag stale twice does no harm");
    }
  }

  @Override
  public synchronized void close() {
    Producer<byte[], byte[]> open = producer;
    if (open != null) {
      open.close(Duration.ofSeconds(1));
    }
  }
}

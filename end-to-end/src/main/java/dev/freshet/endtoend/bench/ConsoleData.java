package dev.freshet.endtoend.bench;

import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.Lsn;
import dev.freshet.events.RequestCounts;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics as the other roles would have left them, with many routes, views and changes. */
@SuppressWarnings("FutureReturnValueIgnored") // what was not written is missed by a page
final class ConsoleData {

  private static final int MOST_CHANGES = 10_000;
  private static final int ROWS_OF_A_VIEW = 10;
  private static final List<String> WINDOWS = List.of("1m", "5m", "15m", "1h");

  private final KafkaConnection kafka;
  private final Topics topics;

  ConsoleData(KafkaConnection kafka, Topics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  void write(int routes, List<String> views, Consumer<String> talk) {
    List<TopicSpec> specs = new ArrayList<>();
    for (String topic :
        List.of(
            topics.invalidations(),
            topics.applied(),
            topics.latency(),
            topics.latencyMinutes(),
            topics.alerts(),
            topics.health())) {
      specs.add(log(topic));
    }
    views.forEach(view -> specs.add(log(topics.view(view))));
    talk.accept("creating %,d topics".formatted(specs.size()));
    TopicProvisioner.ensure(kafka, specs);
    talk.accept("writing %,d routes and %,d views".formatted(routes, views.size()));
    Properties properties = kafka.clientProperties("bench-console-data");
    properties.put("linger.ms", "20");
    // So many new topics have no leader yet.
    properties.put("retry.backoff.ms", "1000");
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      long now = System.currentTimeMillis();
      writeRoutes(producer, routes, now);
      views.forEach(view -> writeView(producer, view));
      writeChanges(producer, Math.min(MOST_CHANGES, routes), now);
      producer.flush();
    }
  }

  private static TopicSpec log(String topic) {
    return TopicSpec.log(topic, 1, Duration.ofDays(1).toMillis(), 1L << 30);
  }

  private void writeRoutes(Producer<byte[], byte[]> producer, int routes, long now) {
    ExponentialHistogram durations = new ExponentialHistogram();
    for (int i = 1; i <= 500; i++) {
      durations.add(i * 1_000_000L);
    }
    for (int i = 0; i < routes; i++) {
      String service = "shop" + i % 10;
      String route = "/route/" + i;
      RequestCounts counts = new RequestCounts(1000 + i, 3, 600, 100, 0, 0);
      long nanos = 1_000_000L + i * 1_000L;
      LatencyRow.Latencies of =
          new LatencyRow.Latencies(nanos, nanos, nanos, 2 * nanos, 3 * nanos, 4 * nanos, 5 * nanos);
      for (String window : WINDOWS) {
        LatencyRow row =
            new LatencyRow(service, route, window, now - 300_000, now, now, counts, of);
        producer.send(
            new ProducerRecord<>(
                topics.latency(), LatencyJson.key(service, route, window), LatencyJson.write(row)));
      }
      long minute = (now / 60_000 - 1 - i % 10) * 60_000;
      producer.send(
          new ProducerRecord<>(
              topics.latencyMinutes(),
              LatencyJson.write(new LatencyMinute(service, route, minute, counts, durations))));
    }
  }

  private void writeView(Producer<byte[], byte[]> producer, String view) {
    String time = Instant.now().toString();
    for (int i = 0; i < ROWS_OF_A_VIEW; i++) {
      String row =
          "{\"row\":{\"id\":%d,\"total\":\"%d.50\",\"name\":\"what it is called\"},\"lsn\":\"0/1000\",\"committed\":\"%s\"}"
              .formatted(i, i, time);
      producer.send(
          new ProducerRecord<>(topics.view(view), bytes("{\"id\":%d}".formatted(i)), bytes(row)));
    }
    String position =
        "{\"view\":\"5f\",\"lsn\":\"0/1000\",\"committed\":\"%s\",\"whole\":true,\"rows\":%d,\"errors\":0,\"reasons\":[]}"
            .formatted(time, ROWS_OF_A_VIEW);
    producer.send(new ProducerRecord<>(topics.view(view), bytes("\"position\""), bytes(position)));
  }

  private void writeChanges(Producer<byte[], byte[]> producer, int changes, long now) {
    TableName table = new TableName("public", "orders");
    for (int i = 0; i < changes; i++) {
      long committed = (now - 1_800_000 + i * 180L) * 1000;
      Invalidation.Cause cause =
          new Invalidation.Cause(
              'u', new ChangeSource(table, "{\"id\":%d}".formatted(i), new Lsn(i), i, committed));
      Invalidation.Stale stale =
          new Invalidation.Stale(Set.of("order:" + i, "org:" + i % 100), Set.of(), Set.of(), cause);
      producer.send(
          new ProducerRecord<>(
              topics.invalidations(),
              0,
              committed / 1000 + 1,
              new byte[0],
              InvalidationJson.write(stale)));
      Applied applied =
          new Applied(
              0,
              i + 1,
              committed + 5000,
              committed,
              2,
              1,
              List.of(new Applied.Deletion("bench:{0}:entry:k" + i, "order:" + i, cause)));
      producer.send(
          new ProducerRecord<>(
              topics.applied(), 0, committed / 1000 + 5, new byte[0], AppliedJson.write(applied)));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

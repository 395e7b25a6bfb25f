package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An aggregator that is killed again and again while it counts: afterwards every request is counted
 * once, in the windows and in the history. It is also what says when an upgrade of Kafka Streams
 * breaks the call before a commit that {@link CommitStore} depends on: then counts are missing.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class CrashIT {

  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final Topics TOPICS = new Topics("crash");
  private static final int REQUESTS = 200_000;
  private static final int ROUTES = 20;
  private static final int DEATHS = 2;
  private static final Duration LONGEST = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final Map<String, LatencyRow> rows = new HashMap<>();
  private final Map<String, LatencyMinute> minutes = new HashMap<>();

  private final Instant first = Instant.now().minus(Duration.ofMinutes(12));
  private final Instant after = first.plusSeconds(670);

  @Test
  void everyRequestIsCountedOnceThroughKills() throws Exception {
    System.out.println("CrashIT -Dfuzz.seed=" + SEED);
    Random random = new Random(SEED);
    try (EmbeddedStack stack = EmbeddedStack.builder().start()) {
      KafkaConnection kafka = new KafkaConnection(stack.kafkaBootstrap(), Map.of());
      TopicProvisioner.ensure(kafka, MetricsAggregator.topics(TOPICS, MetricsConfig.defaults()));
      TopicProvisioner.ensure(kafka, List.of(new TopicSpec(TOPICS.requests(), 4, Map.of())));
      long[] sent = new long[ROUTES];
      ExponentialHistogram exact = new ExponentialHistogram();
      try (KafkaConsumer<byte[], byte[]> consumer = consumer(kafka)) {
        AggregatorProcess process =
            AggregatorProcess.start(kafka.bootstrap(), TOPICS.namespace(), folder);
        try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
          int part = REQUESTS / (DEATHS + 1);
          for (int i = 0; i < REQUESTS; i++) {
            int route = random.nextInt(ROUTES);
            long nanos = (1 + random.nextInt(1_000_000)) * 1_000L;
            sent[route]++;
            exact.add(nanos);
            send(producer, first.plusMillis(i * 600_000L / REQUESTS), route, nanos);
            if (i % part == part / 2 && i > part) {
              long seen = total();
              until(consumer, () -> total() > seen); // some counts are committed, some are not
              process.halt();
              process = AggregatorProcess.start(kafka.bootstrap(), TOPICS.namespace(), folder);
            }
          }
          // Closes the last minute without waiting for the wall clock.
          send(producer, after, ROUTES, 1);
          producer.flush();
          until(consumer, () -> total() > REQUESTS && history() >= REQUESTS);
          check(sent, exact);
        } finally {
          process.close();
        }
      }
    }
  }

  private void check(long[] sent, ExponentialHistogram exact) {
    LatencyRow all = row(LatencyRow.TOTAL);
    assertThat(all.counts().total()).isEqualTo(REQUESTS + 1);
    for (int route = 0; route < ROUTES; route++) {
      assertThat(row("/r" + route).counts().total()).as("/r" + route).isEqualTo(sent[route]);
    }
    LatencyRow.Latencies latencies = all.latencies();
    assertThat(latencies).isNotNull();
    assertThat(latencies.max()).isEqualTo(exact.maxNanos());
    assertThat((double) latencies.p99())
        .isCloseTo(exact.quantileNanos(0.99), Percentage.withPercentage(0.1));
    ExponentialHistogram history = new ExponentialHistogram();
    minutes.values().stream()
        .filter(minute -> minute.route().equals(LatencyRow.TOTAL))
        .filter(minute -> minute.service().equals("web"))
        .filter(this::isBeforeTheLast)
        .forEach(minute -> history.merge(minute.latencies()));
    assertThat(history.count()).isEqualTo(REQUESTS);
  }

  private boolean isBeforeTheLast(LatencyMinute minute) {
    return minute.minuteMillis() < Panes.MINUTE_MILLIS * (after.toEpochMilli() / 60_000);
  }

  private LatencyRow row(String route) {
    LatencyRow row = rows.get(route);
    assertThat(row).as(route).isNotNull();
    return row;
  }

  /** Requests of the service in the window of an hour. */
  private long total() {
    LatencyRow row = rows.get(LatencyRow.TOTAL);
    return row == null ? 0 : row.counts().total();
  }

  private long history() {
    return minutes.values().stream()
        .filter(m -> m.service().equals("web") && m.route().equals(LatencyRow.TOTAL))
        .filter(this::isBeforeTheLast)
        .mapToLong(minute -> minute.counts().total())
        .sum();
  }

  private void until(KafkaConsumer<byte[], byte[]> consumer, BooleanSupplier done)
      throws MalformedEventException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%d counted", total()).isLessThan(deadline);
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        take(record);
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) throws MalformedEventException {
    if (record.value() == null) {
      return;
    }
    if (record.topic().equals(TOPICS.latency())) {
      LatencyRow row = LatencyJson.parseRow(record.value());
      if (row.window().equals("1h") && row.service().equals("web")) {
        rows.put(row.route(), row);
      }
    } else {
      LatencyMinute minute = LatencyJson.parseMinute(record.value());
      minutes.put(new String(record.key(), StandardCharsets.UTF_8), minute);
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, Instant at, int route, long nanos) {
    String json =
        "{\"time\":%d,\"service\":\"web\",\"route\":\"/r%d\",\"status\":200,\"duration_ms\":%s}"
            .formatted(at.toEpochMilli(), route, nanos / 1e6);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(TOPICS.requests(), json.getBytes(StandardCharsets.UTF_8));
    var unused = producer.send(record); // one that does not arrive is missed at the end
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    Properties properties = kafka.clientProperties("crash-it");
    properties.put("batch.size", 16 << 10);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(KafkaConnection kafka) {
    Properties properties = kafka.clientProperties("crash-it-reader");
    properties.put("isolation.level", "read_committed");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all =
        Stream.of(TOPICS.latency(), TOPICS.latencyMinutes())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }
}

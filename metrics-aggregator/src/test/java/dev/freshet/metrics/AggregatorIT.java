package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.metrics.slo.AlertScenario;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An aggregator that is killed again and again while it counts, and one whose transactions are
 * aborted: afterwards every request is counted once, in the windows and in the history. It is also
 * what says when an upgrade of Kafka Streams breaks the call before a commit that {@link
 * CommitStore} depends on: then counts are missing.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class AggregatorIT {

  private static final long SEED = Long.getLong("fuzz.seed", 20_261_123);
  private static final Topics TOPICS = new Topics("crash");
  private static final int REQUESTS = 200_000;
  private static final int ROUTES = 20;
  private static final int DEATHS = 2;
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private static final EmbeddedStack STACK = EmbeddedStack.builder().start();
  private static final KafkaConnection KAFKA =
      new KafkaConnection(STACK.kafkaBootstrap(), Map.of());

  @TempDir Path folder;
  private final Map<String, LatencyRow> rows = new HashMap<>();
  private final Map<String, LatencyMinute> minutes = new HashMap<>();

  private final Instant first = Instant.now().minus(Duration.ofMinutes(12));
  private final Instant after = first.plusSeconds(670);

  @AfterAll
  static void stop() {
    STACK.close();
  }

  @Test
  void badRequestsBecomeAnAlertThatAWebhookHearsOf() throws Exception {
    AlertScenario.run(KAFKA);
  }

  /** Kafka gives the producer's name to another one, as it does to one that seems to be dead. */
  @Test
  void abortedTransactionsAreCountedOnceByRowsAndByMeters() throws Exception {
    Topics topics = new Topics("fenced");
    TopicProvisioner.ensure(KAFKA, MetricsAggregator.topics(topics, MetricsConfig.defaults()));
    TopicProvisioner.ensure(KAFKA, List.of(new TopicSpec(topics.requests(), 4, Map.of())));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Counter counted = registry.counter("freshet.requests.counted");
    List<Service> services =
        MetricsAggregator.services(topics, MetricsConfig.defaults(), KAFKA, registry);
    services.forEach(Service::start);
    int sent = 0;
    try (KafkaProducer<byte[], byte[]> producer = producer(KAFKA);
        Admin admin = Admin.create(KAFKA.clientProperties("fencing"));
        KafkaConsumer<byte[], byte[]> consumer = consumer(KAFKA, topics)) {
      for (int fenced = 0; fenced < 3; fenced++) {
        for (int i = 0; i < 5_000; i++) {
          send(producer, topics, first.plusMillis(sent++), i % ROUTES, 1_000_000);
        }
        producer.flush();
        Set<String> writing =
            admin.listTransactions().all().get().stream()
                .map(TransactionListing::transactionalId)
                .filter(id -> id.startsWith("fenced"))
                .collect(Collectors.toSet());
        admin.fenceProducers(writing).all().get();
      }
      send(producer, topics, after, ROUTES, 1);
      producer.flush();
      long all = sent + 1L;
      until(topics, consumer, () -> total() >= all && counted.count() >= all);
      assertThat(total()).isEqualTo(all);
      assertThat(counted.count()).isEqualTo(all);
    } finally {
      services.forEach(Service::close);
    }
  }

  /** A copy goes on where the other one was, with little to read. */
  @Test
  void aStandbyGoesOnWithoutReadingTheStateAgain() throws Exception {
    Topics topics = new Topics("standby");
    MetricsConfig usual = MetricsConfig.defaults();
    MetricsConfig config =
        new MetricsConfig(
            usual.windows(),
            usual.emitEvery(),
            usual.maxRoutes(),
            usual.maxServices(),
            usual.maxSkew(),
            usual.partitions(),
            1,
            1);
    TopicProvisioner.ensure(KAFKA, MetricsAggregator.topics(topics, config));
    TopicProvisioner.ensure(KAFKA, List.of(new TopicSpec(topics.requests(), 4, Map.of())));
    try (KafkaProducer<byte[], byte[]> producer = producer(KAFKA);
        KafkaConsumer<byte[], byte[]> consumer = consumer(KAFKA, topics)) {
      int sent = 0;
      Member two;
      double readBack;
      try (Member one = Member.start(topics, config)) {
        sent = sendSome(producer, topics, sent);
        awaitTotal(topics, consumer, sent);
        assertThat(one.figure("standby.records")).as("alone, it copies nobody's").isZero();
        two = Member.start(topics, config);
        two.awaitCopies(changelog(topics));
        readBack = two.figure("restored.records");
      }
      try (two) {
        sent = sendSome(producer, topics, sent);
        awaitTotal(topics, consumer, sent);
        double copied = two.figure("standby.records");
        assertThat(copied).isPositive();
        assertThat(two.figure("restored.records") - readBack)
            .as("records read back, of %s copied", copied)
            .isLessThan(copied / 2);
      }
    }
  }

  private int sendSome(KafkaProducer<byte[], byte[]> producer, Topics topics, int before) {
    int sent = before;
    for (; sent < before + 2_000; sent++) {
      send(producer, topics, first.plusMillis(sent * 50L), sent % ROUTES, 1_000_000);
    }
    producer.flush();
    return sent;
  }

  private void awaitTotal(Topics topics, KafkaConsumer<byte[], byte[]> consumer, long sent)
      throws MalformedEventException {
    until(topics, consumer, () -> total() >= sent);
    assertThat(total()).isEqualTo(sent);
  }

  /** Records in the changelog of the counts. */
  private static long changelog(Topics topics) {
    String topic =
        "%s-%s-%s-changelog".formatted(topics.namespace(), MetricsAggregator.NAME, Merger.STORE);
    Properties properties = KAFKA.clientProperties("standby-it");
    properties.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      long records = 0;
      while (!ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        records += consumer.poll(Duration.ofMillis(100)).count();
      }
      return records;
    }
  }

  /** The aggregator as one of several processes. */
  private record Member(List<Service> services, SimpleMeterRegistry registry)
      implements AutoCloseable {

    static Member start(Topics topics, MetricsConfig config) {
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      Member member =
          new Member(MetricsAggregator.services(topics, config, KAFKA, registry), registry);
      member.services().forEach(Service::start);
      return member;
    }

    double figure(String name) {
      return registry.get("freshet.state." + name).counter().count();
    }

    /** As a copy, or as what it does itself: with so few records Kafka shares the work at once. */
    void awaitCopies(long records) {
      long deadline = System.nanoTime() + LONGEST.toNanos();
      while (figure("standby.records") + figure("restored.records") < records) {
        assertThat(System.nanoTime()).as("of %d copied", records).isLessThan(deadline);
        LockSupport.parkNanos(20_000_000);
      }
    }

    @Override
    public void close() {
      services.forEach(Service::close);
    }
  }

  @Test
  void everyRequestIsCountedOnceThroughKills() throws Exception {
    System.out.println("AggregatorIT -Dfuzz.seed=" + SEED);
    Random random = new Random(SEED);
    TopicProvisioner.ensure(KAFKA, MetricsAggregator.topics(TOPICS, MetricsConfig.defaults()));
    TopicProvisioner.ensure(KAFKA, List.of(new TopicSpec(TOPICS.requests(), 4, Map.of())));
    long[] sent = new long[ROUTES];
    ExponentialHistogram exact = new ExponentialHistogram();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(KAFKA, TOPICS)) {
      AggregatorProcess process =
          AggregatorProcess.start(KAFKA.bootstrap(), TOPICS.namespace(), folder);
      try (KafkaProducer<byte[], byte[]> producer = producer(KAFKA)) {
        int part = REQUESTS / (DEATHS + 1);
        for (int i = 0; i < REQUESTS; i++) {
          int route = random.nextInt(ROUTES);
          long nanos = (1 + random.nextInt(1_000_000)) * 1_000L;
          sent[route]++;
          exact.add(nanos);
          send(producer, TOPICS, first.plusMillis(i * 600_000L / REQUESTS), route, nanos);
          if (i % part == part / 2 && i > part) {
            long seen = total();
            until(
                TOPICS, consumer, () -> total() > seen); // some counts are committed, some are not
            process.halt();
            process = AggregatorProcess.start(KAFKA.bootstrap(), TOPICS.namespace(), folder);
          }
        }
        // Closes the last minute without waiting for the wall clock.
        send(producer, TOPICS, after, ROUTES, 1);
        producer.flush();
        until(TOPICS, consumer, () -> total() > REQUESTS && history() >= REQUESTS);
        check(sent, exact);
      } finally {
        process.close();
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

  private void until(Topics topics, KafkaConsumer<byte[], byte[]> consumer, BooleanSupplier done)
      throws MalformedEventException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%d counted", total()).isLessThan(deadline);
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        take(topics, record);
      }
    }
  }

  private void take(Topics topics, ConsumerRecord<byte[], byte[]> record)
      throws MalformedEventException {
    if (record.value() == null) {
      return;
    }
    if (record.topic().equals(topics.latency())) {
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
      KafkaProducer<byte[], byte[]> producer, Topics topics, Instant at, int route, long nanos) {
    String json =
        "{\"time\":%d,\"service\":\"web\",\"route\":\"/r%d\",\"status\":200,\"duration_ms\":%s}"
            .formatted(at.toEpochMilli(), route, nanos / 1e6);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topics.requests(), json.getBytes(StandardCharsets.UTF_8));
    var unused = producer.send(record); // one that does not arrive is missed at the end
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    Properties properties = kafka.clientProperties("crash-it");
    properties.put("batch.size", 16 << 10);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(KafkaConnection kafka, Topics topics) {
    Properties properties = kafka.clientProperties("crash-it-reader");
    properties.put("isolation.level", "read_committed");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all =
        Stream.of(topics.latency(), topics.latencyMinutes())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }
}

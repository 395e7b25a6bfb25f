package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One namespace on a running stack, with what tests do to it. */
final class Pipeline {

  static final Duration LONGEST = Duration.ofSeconds(90);

  final Topics topics;
  final KafkaConnection kafka;
  final PostgresConnection postgres;
  final MeterRegistry registry = new SimpleMeterRegistry();

  /** The gaps after which capture began anew. */
  final List<String> reasons = new CopyOnWriteArrayList<>();

  Pipeline(EmbeddedStack stack, String namespace) {
    this.topics = new Topics(namespace);
    this.kafka = new KafkaConnection(stack.kafkaBootstrap(), Map.of());
    this.postgres = PostgresConnection.parse(stack.postgres().uri());
  }

  Service service(String... tables) {
    return service(IngestConfig.defaults(), tables);
  }

  Service service(IngestConfig config, String... tables) {
    Map<TableName, Set<String>> all = new java.util.HashMap<>();
    for (String table : tables) {
      all.put(TableName.parse(table), Set.of());
    }
    return Ingest.service(
        config, postgres, kafka, topics, all, Stages.off(), registry, reasons::add);
  }

  void sql(String... statements) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.jdbcProperties());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  String one(String query) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.jdbcProperties());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }

  KafkaConsumer<byte[], byte[]> reader(String topic) {
    Properties properties = kafka.clientProperties("test");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    return consumer;
  }

  /** Reads a topic from its beginning until what was read is enough. */
  List<ConsumerRecord<byte[], byte[]>> read(
      String topic, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = reader(topic)) {
      long deadline = System.nanoTime() + LONGEST.toNanos();
      while (!enough.test(all)) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("only " + all.size() + " records in " + topic);
        }
        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
      }
    }
    return all;
  }

  List<ConsumerRecord<byte[], byte[]>> read(String table, int count) {
    return read(topics.changes(TableName.parse(table)), all -> all.size() >= count);
  }

  /** Commits rows of these ids to the table that is named like the namespace, one by one. */
  void insert(int from, int to) throws SQLException {
    for (int id = from; id <= to; id++) {
      sql("INSERT INTO " + topics.namespace() + " VALUES (" + id + ")");
    }
  }

  /** Waits until the rows of that table with ids up to this one have arrived. */
  void arrive(int last) {
    Set<String> wanted =
        IntStream.rangeClosed(1, last)
            .mapToObj(id -> "{\"id\":" + id + "}")
            .collect(Collectors.toCollection(TreeSet::new));
    read(
        topics.changes(new TableName("public", topics.namespace())),
        all ->
            all.size() >= last
                && all.stream()
                    .map(record -> new String(record.key(), UTF_8))
                    .collect(Collectors.toSet())
                    .containsAll(wanted));
  }

  /** Starts it; returns when so many rows of that table have arrived and a position is stored. */
  void captures(Service service, int rows) throws SQLException {
    service.start();
    insert(1, rows);
    arrive(rows);
    until("a position is stored", this::stored);
  }

  boolean stored() {
    return CaptureOffsets.read(kafka, topics).position().isPresent();
  }

  static IngestConfig config(OnGap onGap, boolean failoverSlot) {
    IngestConfig usual = IngestConfig.defaults();
    return new IngestConfig(
        usual.slot(),
        usual.publication(),
        usual.managePublication(),
        usual.heartbeatInterval(),
        usual.partitions(),
        Map.of("slot.failover", Boolean.toString(failoverSlot)),
        usual.connect(),
        onGap,
        usual.snapshots());
  }

  /** Waits for it, at most as long as is promised. */
  static void detected(String what, BooleanSupplier seen) {
    long began = System.nanoTime();
    until(what, seen);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    System.out.printf("%s: detected after %d ms%n", what, took.toMillis());
    assertThat(took).isLessThan(Duration.ofSeconds(10));
  }

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}

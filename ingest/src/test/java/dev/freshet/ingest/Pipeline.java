package dev.freshet.ingest;

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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
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

package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All three services, truly used. */
@Timeout(120)
class StackIT {
  private static final List<String> PROGRESS = new CopyOnWriteArrayList<>();
  private static EmbeddedStack stack;

  @BeforeAll
  static void start() {
    stack =
        EmbeddedStack.builder()
            .progress(PROGRESS::add)
            .database("shop")
            .redisSetting("notify-keyspace-events", "KEA")
            .postgresSetting("application_name", "it's \\ quoted")
            .kafkaSetting("log.retention.hours", "1")
            .start();
  }

  @AfterAll
  static void stop() {
    stack.close();
    stack.close();
    assertThat(stack.dataFolder()).doesNotExist();
    assertThat(Orphans.in(stack.dataFolder())).isEmpty();
  }

  @Test
  void progressNamesEachServerItsVersionAddressAndTime() {
    assertThat(PROGRESS)
        .anyMatch(line -> line.matches("Kafka 4\\S+ ready on 127.0.0.1:\\d+ after \\d+\\.\\d s"))
        .anyMatch(line -> line.matches("Postgres 1\\S+ ready on 127.0.0.1:\\d+ after \\d+\\.\\d s"))
        .anyMatch(line -> line.matches("\\S+ \\d\\S+ ready on 127.0.0.1:\\d+ after \\d+\\.\\d s"));
  }

  @Test
  void postgresDecodesItsLogAndKeepsItsRowsOverStopAndKill() throws Exception {
    sql("CREATE TABLE item (id int PRIMARY KEY, name text)");
    sql("SELECT pg_create_logical_replication_slot('s', 'test_decoding', false)");
    sql("INSERT INTO item VALUES (1, 'one')");
    stack.postgresServer().stop();
    assertThatThrownBy(() -> sql("SELECT 1")).isInstanceOf(SQLException.class);
    stack.postgresServer().start();
    sql("INSERT INTO item VALUES (2, 'two')");
    stack.postgresServer().kill();
    stack.postgresServer().start();

    assertThat(sql("SELECT count(*) FROM item")).isEqualTo("2");
    assertThat(
            sql(
                "SELECT count(*) FROM pg_logical_slot_get_changes('s', null, null)"
                    + " WHERE data LIKE '%INSERT%'"))
        .isEqualTo("2");
    assertThat(sql("SHOW fsync")).isEqualTo("on");
    assertThat(sql("SHOW synchronous_commit")).isEqualTo("on");
    assertThat(sql("SHOW max_replication_slots")).isEqualTo("20");
  }

  @Test
  void eachDatabaseSystemHasAnIdentifierOfItsOwn() throws Exception {
    var spec = ServerSpec.in(stack.dataFolder().resolve("second"), "postgres").withoutDurability();
    try (EmbeddedPostgres second = new EmbeddedPostgres(spec, "app")) {
      second.start();
      String identifier = "SELECT system_identifier FROM pg_control_system()";
      assertThat(Sql.at(second.address(), identifier)).isNotEqualTo(sql(identifier));
    }
  }

  @Test
  void postgresRunsAsAnotherUserWhereRootHasNoUserNamespaces() throws Exception {
    assumeTrue(Privileges.neverRoot().owner() == 0, "only root can become another user");
    Files.setPosixFilePermissions(stack.dataFolder(), PosixFilePermissions.fromString("rwx--x--x"));
    var spec = ServerSpec.in(stack.dataFolder().resolve("third"), "postgres").withoutDurability();
    try (EmbeddedPostgres third = new EmbeddedPostgres(spec, "app", Privileges.asUser("nobody"))) {
      third.start();
      assertThat(Files.getOwner(spec.data()).getName()).isEqualTo("nobody");
      assertThat(Sql.at(third.address(), "SELECT 1")).isEqualTo("1");
      third.kill();
      third.start();
      assertThat(Sql.at(third.address(), "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void redisKeepsItsKeysOverAStop() throws Exception {
    redis("SET", "key", "value");
    stack.redisServer().stop();
    assertThatThrownBy(() -> redis("PING")).isInstanceOf(IOException.class);
    stack.redisServer().start();
    assertThat(redis("GET", "key")).isEqualTo("value");
    stack.redisServer().kill();
    stack.redisServer().start();
    assertThat(redis("PING")).isEqualTo("PONG");
  }

  @Test
  void kafkaKeepsItsRecordsOverAStop() throws Exception {
    Map<String, Object> client = Map.of("bootstrap.servers", stack.kafkaBootstrap());
    try (Admin admin = Admin.create(client)) {
      admin
          .createTopics(List.of(new NewTopic("t", Optional.of(1), Optional.empty())))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    produce(client, "before");
    stack.kafka().stop();
    stack.kafka().start();
    produce(client, "after");
    assertThat(consume(client, 2)).containsExactly("before", "after");
  }

  @Test
  void aBrokerOfItsOwnKeepsItsRecordsOverAKill() throws Exception {
    Path folder = stack.dataFolder().resolve("apart");
    try (EmbeddedKafka apart =
        EmbeddedKafka.apart(
            ServerSpec.in(folder, "kafka"), ServerSpec.in(folder, "controller").port())) {
      apart.start();
      Map<String, Object> client = Map.of("bootstrap.servers", apart.bootstrap());
      try (Admin admin = Admin.create(client)) {
        NewTopic topic = new NewTopic("t", Optional.of(1), Optional.empty());
        admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
      }
      produce(client, "before");
      apart.kill();
      apart.start();
      produce(client, "after");
      assertThat(consume(client, 2)).containsExactly("before", "after");
    }
    assertThatThrownBy(() -> stack.kafka().kill()).hasMessageContaining("inside this JVM");
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    ServerSpec spec =
        ServerSpec.in(stack.dataFolder().resolve("fourth"), "redis")
            .withPort(stack.redisServer().port());
    assertThatThrownBy(() -> new EmbeddedRedis(spec).start())
        .isInstanceOf(StackException.class)
        .hasMessageContaining("127.0.0.1:" + stack.redisServer().port());
  }

  @Test
  void aServerThatRefusesItsSettingsShowsItsLog() {
    ServerSpec redis =
        ServerSpec.in(stack.dataFolder().resolve("fifth"), "redis")
            .withSetting("maxmemory", "lots");
    assertThatThrownBy(() -> new EmbeddedRedis(redis).start())
        .isInstanceOf(StackException.class)
        .hasMessageContaining("maxmemory");
    ServerSpec postgres =
        ServerSpec.in(stack.dataFolder().resolve("sixth"), "postgres")
            .withSetting("no_such_setting", "1");
    assertThatThrownBy(() -> new EmbeddedPostgres(postgres, "app").start())
        .isInstanceOf(StackException.class)
        .hasMessageContaining("no_such_setting");
  }

  private static void produce(Map<String, Object> client, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("t", value)).get(30, TimeUnit.SECONDS);
    }
  }

  private static List<String> consume(Map<String, Object> client, int count) {
    var settings = new HashMap<>(client);
    settings.put("group.id", "g");
    settings.put("session.timeout.ms", 6_000);
    settings.put("auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(Collections.singleton("t"));
      while (values.size() < count) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static String redis(String... words) throws Exception {
    try (RedisWire wire = RedisWire.connect(stack.redisServer().port())) {
      return wire.command(words);
    }
  }

  private static String sql(String sql) throws SQLException {
    return Sql.at(stack.postgres(), sql);
  }
}

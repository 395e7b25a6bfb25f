package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.Health;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Kafka Connect captures in place of Freshet: one connector's life, in the order an operator
 * would live it.
 */
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConnectIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RULES =
      """
      invalidate:
        public.products: [ "product:{id}" ]
      """;
  private static final int EACH = 20; // rows written by each side while the other is away

  @TempDir static Path folder;

  private static EmbeddedStack stack;
  private static ConnectWorker worker;
  private static Shop shop; // captured by Kafka Connect
  private static Shop alone; // the same namespace, captured by Freshet
  private static Path secret;

  @BeforeAll
  static void start() throws Exception {
    stack = EmbeddedStack.builder().start();
    String url = ConnectWorker.freeUrl();
    secret = folder.resolve("postgres.properties");
    Files.writeString(secret, "password=" + stack.postgres().password() + "\n");
    shop =
        new Shop(
            stack,
            Files.createDirectory(folder.resolve("connect")),
            Shop.KAFKA
                + """
                ingest:
                  heartbeat-interval: 100ms
                  connect: { url: "%s", password-from: "file:%s:password" }
                """
                    .formatted(url, secret)
                + RULES);
    alone =
        new Shop(
            stack,
            Files.createDirectory(folder.resolve("alone")),
            Shop.KAFKA + "ingest: { heartbeat-interval: 100ms }\n" + RULES);
    shop.sql("CREATE TABLE products (id int PRIMARY KEY, price int)");
    worker = ConnectWorker.start(url, stack.kafkaBootstrap(), folder);
    worker.awaitAnswer();
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable started : Arrays.asList(shop, alone, worker, stack)) {
      if (started != null) {
        started.close();
      }
    }
  }

  private static Answer connect(String... words) {
    List<String> all = new ArrayList<>(List.of("connect"));
    all.addAll(List.of(words));
    Answer answer = shop.freshet(all.toArray(String[]::new));
    System.out.println(String.join(" ", all) + ": " + answer);
    return answer;
  }

  private static void awaitStale(String key, String... sql) throws Exception {
    shop.fill(key, "product:1");
    shop.sql(sql);
    shop.awaitGone(key);
  }

  @Test
  @Order(0)
  void aConnectThatIsAwayIsWaitedFor() throws Exception {
    String nobody = ConnectWorker.freeUrl();
    try (Shop early =
        new Shop(
            stack,
            Files.createDirectory(folder.resolve("early")),
            Shop.KAFKA + "ingest: { connect: { url: \"%s\" } }\n".formatted(nobody) + RULES)) {
      Pipeline pipeline = early.start("ingest");
      assertThat(Shop.health(pipeline, "ingest")).isEqualTo(Health.State.DEGRADED);
      assertThat(pipeline.failures()).isEmpty();
    }
  }

  @Test
  @Order(1)
  void aConnectorIsMadeAndItsChangesDeleteKeys() throws Exception {
    assertThat(connect("status").err()).contains("there is no connector shop", "connect deploy");
    Answer made = connect("deploy");
    assertThat(made.code()).as(made.toString()).isZero();
    assertThat(made.err()).contains("connector shop is made");
    assertThat(connect("deploy").err()).contains("is as the config has it");
    Pipeline pipeline = shop.start();
    Wait.until("capture runs", () -> Shop.health(pipeline, "ingest") == Health.State.RUNNING);
    awaitStale("first", "INSERT INTO products VALUES (1, 10)");
    awaitStale("second", "UPDATE products SET price = 9 WHERE id = 1");
    shop.awaitApplied(); // by heartbeats, on an idle table
    JsonNode status = JSON.readTree(connect("status", "--json").out());
    assertThat(status.path("captures").asBoolean()).isTrue();
    assertThat(status.path("config").path("database.password").asText())
        .isEqualTo("${file:%s:password}".formatted(secret));
    Answer doctor = shop.freshet("doctor");
    assertThat(doctor.out()).contains("connect.plugin", "as the config file has it");
    assertThat(doctor.code()).as(doctor.out()).isZero();
  }

  @Test
  @Order(2)
  void aPausedConnectorGoesOnWhereItWas() throws Exception {
    assertThat(connect("pause").out()).contains("PAUSED");
    assertThat(connect("status").code()).isEqualTo(5);
    shop.fill("third", "product:1");
    shop.sql("UPDATE products SET price = 8 WHERE id = 1");
    assertThat(connect("resume").code()).isZero();
    shop.awaitGone("third");
  }

  @Test
  @Order(3)
  void aFailedTaskTellsWhyAndStartsAgain() throws Exception {
    assertThat(connect("stop").out()).contains("STOPPED");
    shop.sql("DROP PUBLICATION shop");
    connect("resume");
    Wait.until("the task fails", () -> connect("status").out().contains("FAILED"));
    assertThat(connect("status").out()).contains("ublication", "restart --failed");
    assertThat(shop.freshet("doctor").out()).contains("FAIL  connect.connector");
    assertThat(connect("deploy").err()).contains("is as the config has it"); // and makes it anew
    Answer again = connect("restart", "--failed");
    assertThat(again.code()).as(again.toString()).isZero();
    awaitStale("fourth", "UPDATE products SET price = 7 WHERE id = 1");
  }

  @Test
  @Order(4)
  void aPositionGoesToFreshetAndBackWithoutSnapshotAndWithoutLoss() throws Exception {
    Path position = folder.resolve("position.json");
    Answer running = shop.freshet("offsets", "export", "--from", "connect");
    assertThat(running.code()).isEqualTo(5);
    assertThat(running.err()).contains("position still moves", "freshet connect stop");

    // there
    insert(1);
    assertThat(connect("stop").out()).contains("STOPPED");
    insert(2);
    Wait.until("the slot is free", () -> exported("connect", position).code() == 0);
    Answer there = alone.freshet("offsets", "import", "--to", "embedded", position.toString());
    assertThat(there.code()).as(there.err()).isZero();
    try (Pipeline embedded = alone.start("ingest")) {
      assertThat(Shop.health(embedded, "ingest")).isEqualTo(Health.State.RUNNING);
      insert(3);
      awaitStale("fifth", "UPDATE products SET price = 6 WHERE id = 1");
    }

    // and back
    insert(4);
    Wait.until("the slot is free", () -> exported("embedded", position).code() == 0);
    Answer back = shop.freshet("offsets", "import", "--to", "connect", position.toString());
    assertThat(back.code()).as(back.err()).isZero();
    assertThat(connect("resume").code()).isZero();
    insert(5);
    awaitStale("sixth", "UPDATE products SET price = 5 WHERE id = 1");
    assertEachRowOnceAtLeastAndNoneFromASnapshot();

    // a position that Postgres has no log for any more
    connect("stop");
    Answer old = shop.freshet("offsets", "import", "--to", "connect", position.toString());
    assertThat(old.code()).as(old.toString()).isEqualTo(5);
    assertThat(old.err()).contains("changes may have been missed");
    assertThat(connect("resume").code()).isZero();
  }

  private static Answer exported(String from, Path file) {
    return shop.freshet("offsets", "export", "--from", from, file.toString());
  }

  private static void insert(int batch) throws Exception {
    shop.sql(
        IntStream.range(0, EACH)
            .mapToObj(i -> "INSERT INTO products VALUES (%d, 1)".formatted(batch * 1000 + i))
            .toArray(String[]::new));
  }

  private static void assertEachRowOnceAtLeastAndNoneFromASnapshot() throws Exception {
    TreeSet<Integer> wanted = new TreeSet<>();
    IntStream.rangeClosed(1, 5)
        .forEach(batch -> IntStream.range(0, EACH).forEach(i -> wanted.add(batch * 1000 + i)));
    TreeSet<Integer> seen = new TreeSet<>();
    Map<String, Integer> ops = new HashMap<>();
    Map<String, Object> reader = new HashMap<>();
    reader.put("bootstrap.servers", stack.kafkaBootstrap());
    TopicPartition changes =
        new TopicPartition(
            new Topics(Shop.NAMESPACE).changes(TableName.parse("public.products")), 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(reader, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(changes));
      consumer.seekToBeginning(List.of(changes));
      long end = consumer.endOffsets(List.of(changes)).getOrDefault(changes, 0L);
      while (consumer.position(changes) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          JsonNode change = JSON.readTree(new String(record.value(), StandardCharsets.UTF_8));
          ops.merge(change.path("op").asText(), 1, Integer::sum);
          if (change.path("op").asText().equals("c")) {
            seen.add(change.path("after").path("id").asInt());
          }
        }
      }
    }
    assertThat(seen).containsAll(wanted);
    assertThat(ops).doesNotContainKey("r");
  }
}

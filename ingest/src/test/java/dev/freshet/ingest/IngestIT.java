package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.DebeziumJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IngestIT {

  private static EmbeddedStack stack;

  @BeforeAll
  static void startStack() throws IOException {
    stack = EmbeddedStack.builder().start();
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  private static List<RowChange> changes(List<ConsumerRecord<byte[], byte[]>> records) {
    List<RowChange> all = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        DebeziumJson.parse(record.key(), record.value()).ifPresent(all::add);
      } catch (MalformedEventException e) {
        throw new AssertionError(e);
      }
    }
    return all;
  }

  private static Set<String> ids(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .map(record -> new String(record.key(), UTF_8))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyKindOfChangeArrivesInDebeziumsEnvelope() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "kinds");
    pipeline.sql(
        """
        CREATE TABLE public.item (id int PRIMARY KEY, name text, price numeric(12,3), big text,
          at timestamp, atz timestamptz, day date, tod time, span interval, doc jsonb, tags int[])""",
        "ALTER TABLE public.item ALTER big SET STORAGE EXTERNAL");
    try (Service service = pipeline.service("public.item")) {
      service.start();
      assertThat(service.health().state()).isEqualTo(Health.State.RUNNING);
      pipeline.sql(
          """
          INSERT INTO item VALUES (1, 'één', 12345678.900, repeat('x', 10000),
            '2026-11-22 21:00:00.123456', '2026-11-22 21:00:00.123456+02', '2026-02-28',
            '23:59:59.999999', '1 year 2 days 03:04:05', '{"a":[1]}', '{1,2}')""",
          "UPDATE item SET name = 'two' WHERE id = 1",
          "UPDATE item SET id = 2 WHERE id = 1",
          "DELETE FROM item WHERE id = 2",
          "INSERT INTO item (id, at, atz, day) VALUES (3, 'infinity', 'infinity', '-infinity')",
          "INSERT INTO item (id, at, day) VALUES (4, '0044-03-15 12:00 BC', '12026-01-01')",
          "TRUNCATE item");
      // insert, update, delete + tombstone + create, delete + tombstone, 2 inserts, truncate
      List<ConsumerRecord<byte[], byte[]>> records = pipeline.read("public.item", 10);
      assertThat(changes(records).stream().map(RowChange::op))
          .containsExactly('c', 'u', 'd', 'c', 'd', 'c', 'c', 't');
      RowChange insert = changes(records).get(0);
      assertThat(insert.source().table()).isEqualTo(TableName.parse("public.item"));
      assertThat(insert.source().key()).isEqualTo("{\"id\":1}");
      assertThat(insert.source().lsn().value()).isPositive();
      String update = new String(records.get(1).value(), UTF_8);
      assertThat(update).contains("\"big\":\"__debezium_unavailable_value\"");
      assertThat(update)
          .contains("\"price\":\"12345678.900\"")
          .contains("\"at\":\"2026-11-22T21:00:00.123456Z\"")
          .contains("\"atz\":\"2026-11-22T19:00:00.123456Z\"")
          .contains("\"day\":\"2026-02-28Z\"")
          .contains("\"tod\":\"23:59:59.999999Z\"");
      assertThat(records.get(3).value()).isNull();
      assertThat(
              new String(records.get(2).headers().lastHeader("__debezium.newkey").value(), UTF_8))
          .isEqualTo("{\"id\":2}");
    }
  }

  @Test
  void aLargeTransactionArrivesWholeAndInOrder() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "large");
    pipeline.sql("CREATE TABLE public.large (id int PRIMARY KEY, v text)");
    try (Service service = pipeline.service("public.large")) {
      service.start();
      pipeline.sql("INSERT INTO large SELECT i, 'v' FROM generate_series(1, 1000) i");
      List<ConsumerRecord<byte[], byte[]>> records = pipeline.read("public.large", 1000);
      assertThat(records.stream().map(record -> new String(record.key(), UTF_8)))
          .startsWith("{\"id\":1}")
          .endsWith("{\"id\":1000}")
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aRestartGoesOnWithoutSnapshotAndWithoutLoss() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "again");
    pipeline.sql("CREATE TABLE public.again (id int PRIMARY KEY)", "INSERT INTO again VALUES (0)");
    try (Service first = pipeline.service("public.again")) {
      first.start();
      pipeline.sql("INSERT INTO again VALUES (1)");
      pipeline.read("public.again", 1);
    }
    pipeline.sql("INSERT INTO again VALUES (2)");
    CaptureOffsets offsets = CaptureOffsets.read(pipeline.kafka, pipeline.topics);
    assertThat(offsets.position()).isPresent();
    try (Service second = pipeline.service("public.again")) {
      second.start();
      pipeline.sql("INSERT INTO again VALUES (3)");
      List<ConsumerRecord<byte[], byte[]>> records =
          pipeline.read(
              pipeline.topics.changes(TableName.parse("public.again")),
              all -> ids(all).contains("{\"id\":3}"));
      assertThat(ids(records)).containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":3}");
      assertThat(changes(records)).allMatch(change -> change.op() == 'c');
    }
  }

  @Test
  void heartbeatsFlowOnAnIdleDatabaseAndMoveTheSlot() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "idle");
    pipeline.sql("CREATE TABLE public.idle (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.idle")) {
      service.start();
      String slot = "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'idle'";
      String before = pipeline.one(slot);
      List<ConsumerRecord<byte[], byte[]>> beats =
          pipeline.read(pipeline.topics.heartbeats(), all -> all.size() >= 3);
      RowChange beat = changes(beats).get(2);
      assertThat(beat.after()).isNotNull();
      String text = new String(beats.get(2).value(), UTF_8);
      assertThat(text)
          .contains("\"namespace\":\"idle\"")
          .containsPattern("\"xid\":\\d+,\"snapshot_xmin\":\\d+");
      Pipeline.until(
          "the slot moves",
          () -> {
            try {
              return !pipeline.one(slot).equals(before);
            } catch (SQLException e) {
              throw new AssertionError(e);
            }
          });
    }
  }

  @Test
  void aDroppedSlotIsRefused() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "dropped");
    pipeline.sql("CREATE TABLE public.dropped (id int PRIMARY KEY)");
    IngestConfig stops = stopping();
    try (Service first = pipeline.service(stops, "public.dropped")) {
      first.start();
      pipeline.sql("INSERT INTO dropped VALUES (1)");
      pipeline.read("public.dropped", 1);
    }
    pipeline.sql("SELECT pg_drop_replication_slot('dropped')");
    try (Service second = pipeline.service(stops, "public.dropped")) {
      assertThatThrownBy(second::start)
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.text()).contains("slot dropped is gone").contains("hint:"));
      assertThat(second.health().state()).isEqualTo(Health.State.FAILED);
    }
    pipeline.sql("SELECT pg_create_logical_replication_slot('dropped', 'pgoutput')");
    try (Service third = pipeline.service(stops, "public.dropped")) {
      assertThatThrownBy(third::start).hasMessageContaining("gap");
    }
    Ingest.forgetPosition(pipeline.kafka, pipeline.topics);
    try (Service fourth = pipeline.service(stops, "public.dropped")) {
      fourth.start();
      pipeline.sql("INSERT INTO dropped VALUES (2)");
      pipeline.read("public.dropped", 2);
    }
  }

  @Test
  void partitionedTablesArriveUnderTheirRoot() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "parts");
    pipeline.sql(
        "CREATE TABLE public.reading (id int, org int, PRIMARY KEY (id, org)) PARTITION BY LIST (org)",
        "CREATE TABLE public.reading_1 PARTITION OF reading FOR VALUES IN (1)");
    try (Service service = pipeline.service("public.reading")) {
      service.start();
      pipeline.sql("INSERT INTO reading VALUES (7, 1)", "DELETE FROM reading WHERE id = 7");
      List<RowChange> changes = changes(pipeline.read("public.reading", 3));
      assertThat(changes).extracting(RowChange::op).containsExactly('c', 'd');
      assertThat(changes.get(0).source().table()).isEqualTo(TableName.parse("public.reading"));
    }
  }

  @Test
  void closingLeavesNoThreadBehind() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "tidy");
    pipeline.sql("CREATE TABLE public.tidy (id int PRIMARY KEY)");
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (Service service = pipeline.service("public.tidy")) {
      service.start();
    }
    Pipeline.until("all threads end", () -> newThreads(before).isEmpty());
    assertThat(
            pipeline.one(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name ILIKE 'debezium%'"))
        .isEqualTo("0");
  }

  private static List<Thread> newThreads(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .filter(thread -> !thread.getName().matches("data-plane.*|.*[Cc]leaner.*"))
        .toList();
  }

  @Test
  void twoAtOnceSetUpTheSamePublication() throws Exception {
    Pipeline pipeline = new Pipeline(stack, "twice");
    pipeline.sql(
        "CREATE TABLE public.twice (id int PRIMARY KEY)",
        "CREATE TABLE public.other (id int PRIMARY KEY)");
    IngestConfig config = IngestConfig.defaults();
    Set<TableName> tables = Set.of(TableName.parse("public.twice"));
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                try (var connection = Database.open(pipeline.postgres)) {
                  connection.setAutoCommit(false);
                  OwnTable.heartbeat().ensure(connection);
                  PublicationSetup.ensure(connection, "twice", tables);
                } catch (SQLException | RuntimeException e) {
                  failures.add(e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    assertThat(failures).isEmpty();
    try (var connection = Database.open(pipeline.postgres)) {
      assertThat(PublicationSetup.missing(connection, "twice", tables)).isEmpty();
      assertThat(
              PublicationSetup.missing(
                  connection, "twice", Set.of(TableName.parse("public.other"))))
          .containsExactly(
              "ALTER PUBLICATION \"twice\" ADD TABLE \"public\".\"other\"",
              "ALTER PUBLICATION \"twice\" DROP TABLE \"public\".\"twice\"");
      assertThat(PublicationCheck.check(connection, config, pipeline.topics, tables).hint())
          .isEmpty();
    }
  }

  @Test
  void theDoctorWarnsOfARoleThatMayNotMakeThePublication() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "rights");
    pipeline.sql(
        "CREATE TABLE public.theirs (id int PRIMARY KEY)",
        "CREATE TABLE public.others (id int PRIMARY KEY)",
        "CREATE ROLE reader",
        "CREATE ROLE owner",
        "GRANT CREATE ON DATABASE app TO owner",
        "ALTER TABLE public.theirs OWNER TO owner");
    assertThat(publicationAs("reader", pipeline, "public.theirs"))
        .contains("WARN", "no CREATE on this database", "does not own public.theirs");
    assertThat(publicationAs("owner", pipeline, "public.theirs")).contains("OK");
    assertThat(publicationAs("owner", pipeline, "public.others"))
        .contains("WARN", "it does not own public.others", "manage-publication: false")
        .doesNotContain("no CREATE");
    pipeline.sql("CREATE PUBLICATION rights FOR TABLE public.theirs");
    assertThat(publicationAs("owner", pipeline, "public.theirs"))
        .contains("WARN", "does not own publication rights");
  }

  private static String publicationAs(String role, Pipeline pipeline, String table)
      throws SQLException {
    try (var connection = Database.open(pipeline.postgres);
        var statement = connection.createStatement()) {
      statement.execute("SET ROLE " + role);
      Set<TableName> tables = Set.of(TableName.parse(table));
      return PublicationCheck.check(connection, IngestConfig.defaults(), pipeline.topics, tables)
          .toString();
    }
  }

  @Test
  void theDoctorSaysWhichStatementIsMissing() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "doctor");
    pipeline.sql(
        "CREATE TABLE public.product (id int PRIMARY KEY, category_id int NOT NULL, name text)",
        "CREATE TABLE public.keyless (a int)",
        "CREATE UNLOGGED TABLE public.fleeting (id int PRIMARY KEY)",
        "CREATE VIEW public.seen AS SELECT 1 AS id",
        "CREATE TABLE public.\"Order\" (id int PRIMARY KEY, \"to\" int)");
    Map<TableName, Set<String>> needed =
        Map.of(
            TableName.parse("public.product"), Set.of("id", "category_id"),
            TableName.parse("public.keyless"), Set.of(),
            TableName.parse("public.fleeting"), Set.of(),
            TableName.parse("public.seen"), Set.of(),
            TableName.parse("public.Order"), Set.of("to"),
            TableName.parse("public.produkt"), Set.of());
    var results =
        PostgresCheck.run(IngestConfig.defaults(), pipeline.postgres, pipeline.topics, needed);
    assertThat(results)
        .filteredOn(r -> r.subject().equals("postgres.table.public.product"))
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.detail())
                  .isEqualTo(
                      "the value of category_id before a change is needed, but public.product logs only id of an old row (replica identity DEFAULT)");
              assertThat(r.hint()).isEqualTo("ALTER TABLE public.product REPLICA IDENTITY FULL;");
            });
    assertThat(results)
        .extracting(r -> r.hint())
        .contains(
            "ALTER TABLE public.\"Order\" REPLICA IDENTITY FULL;",
            "add a primary key, or: ALTER TABLE public.keyless REPLICA IDENTITY FULL;",
            "ALTER TABLE public.fleeting SET LOGGED;",
            "did you mean public.product?");
    pipeline.sql(
        "ALTER TABLE product REPLICA IDENTITY FULL", "ALTER TABLE keyless REPLICA IDENTITY FULL");
    assertThat(
            PostgresCheck.run(
                IngestConfig.defaults(),
                pipeline.postgres,
                pipeline.topics,
                Map.of(TableName.parse("public.product"), Set.of("category_id", "nam"))))
        .extracting(r -> r.hint())
        .contains("did you mean name?");
    IngestConfig byHand = stopping(false);
    assertThat(
            PostgresCheck.run(
                byHand,
                pipeline.postgres,
                pipeline.topics,
                Map.of(TableName.parse("public.product"), Set.of())))
        .extracting(r -> r.hint())
        .contains(
            "CREATE PUBLICATION \"doctor\" FOR TABLE \"freshet\".\"heartbeat\", \"public\".\"product\" WITH (publish_via_partition_root = true);");
  }

  private static IngestConfig stopping() {
    return stopping(true);
  }

  private static IngestConfig stopping(boolean managePublication) {
    return new IngestConfig(
        Optional.empty(),
        Optional.empty(),
        managePublication,
        java.time.Duration.ofSeconds(1),
        1,
        Map.of(),
        Optional.empty(),
        OnGap.STOP,
        false);
  }
}

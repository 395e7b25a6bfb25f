package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services that go away and come back: nothing is lost and nobody has to help. */
class FaultIT {

  private EmbeddedStack stack;

  @BeforeEach
  void startStack() throws IOException {
    stack = EmbeddedStack.builder().start();
  }

  @AfterEach
  void stopStack() {
    stack.close();
  }

  private static void insert(Pipeline pipeline, int from, int to) throws SQLException {
    for (int id = from; id <= to; id++) {
      pipeline.sql("INSERT INTO fault VALUES (" + id + ")");
    }
  }

  private static void arrive(Pipeline pipeline, int last) {
    Set<String> wanted =
        IntStream.rangeClosed(1, last)
            .mapToObj(id -> "{\"id\":" + id + "}")
            .collect(Collectors.toCollection(TreeSet::new));
    pipeline.read(
        pipeline.topics.changes(TableName.parse("public.fault")),
        all ->
            all.stream()
                .map(record -> new String(record.key(), UTF_8))
                .collect(Collectors.toSet())
                .containsAll(wanted));
  }

  @Test
  void whatCommitsWhileKafkaIsDownArrivesWhenItIsBack() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.fault")) {
      service.start();
      insert(pipeline, 1, 10);
      arrive(pipeline, 10);
      stack.kafka().stop();
      insert(pipeline, 11, 60);
      Pipeline.until("the outage shows", () -> service.health().state() == Health.State.DEGRADED);
      insert(pipeline, 61, 70);
      stack.kafka().start();
      arrive(pipeline, 70);
      Pipeline.until(
          "the service recovers", () -> service.health().state() == Health.State.RUNNING);
    }
  }

  @Test
  void aRestartOfPostgresIsBridged() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.fault")) {
      service.start();
      insert(pipeline, 1, 10);
      stack.postgresServer().kill();
      Pipeline.until("the outage shows", () -> service.health().state() == Health.State.DEGRADED);
      stack.postgresServer().start();
      insert(pipeline, 11, 20);
      arrive(pipeline, 20);
      Pipeline.until(
          "the service recovers", () -> service.health().state() == Health.State.RUNNING);
      assertThat(service.health().detail()).isEmpty();
    }
  }

  @Test
  void aTransactionCutInTheMiddleArrivesWhole() throws SQLException {
    int rows = 30_000;
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    String topic = pipeline.topics.changes(TableName.parse("public.fault"));
    try (Service first = pipeline.service("public.fault")) {
      first.start();
      pipeline.sql("INSERT INTO fault SELECT i FROM generate_series(1, " + rows + ") i");
      pipeline.read("public.fault", 1000);
    }
    int before = pipeline.read(topic, all -> all.size() >= 1000).size();
    assertThat(before).isLessThan(rows);
    assertThat(stored(pipeline)).isTrue();
    pipeline.sql("DELETE FROM fault WHERE id = 1");
    try (Service second = pipeline.service("public.fault")) {
      second.start();
      arrive(pipeline, rows);
    }
  }

  @Test
  void aSlotDroppedWhileCaptureIsCutOffEndsTheService() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    try (Service service = pipeline.service(config(OnGap.STOP, true), "public.fault")) {
      captures(pipeline, service, 3);
      pipeline.sql(
          "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots",
          "SELECT pg_drop_replication_slot('fault')");
      Pipeline.until("it gives up", () -> service.health().state() == Health.State.FAILED);
      assertThat(service.health().detail()).contains("slot fault is gone");
      assertThat(pipeline.reasons).isEmpty();
    }
  }

  @Test
  void aSlotMadeAgainWhileCaptureRunsBeginsAnew() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.fault")) {
      captures(pipeline, service, 3);
      pipeline.sql(
          "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots",
          "SELECT pg_drop_replication_slot('fault')",
          "INSERT INTO fault VALUES (1000)",
          "SELECT pg_create_logical_replication_slot('fault', 'pgoutput')");
      detected("a slot made again", () -> !pipeline.reasons.isEmpty());
      assertThat(pipeline.reasons).singleElement().asString().contains("was made again");
      pipeline.sql("DELETE FROM fault WHERE id = 1000");
      insert(pipeline, 4, 6);
      arrive(pipeline, 6);
      assertThat(CaptureOffsets.read(pipeline.kafka, pipeline.topics).gap()).isEmpty();
      assertThat(pipeline.registry.counter("freshet.capture.gaps").count()).isEqualTo(1);
      Pipeline.until("it is well", () -> service.health().isReady());
    }
  }

  /** Kafka is down, so that capture itself sees nothing of it. */
  @Test
  void aSlotThatLosesItsLogIsSeenAtOnceAndCaptureBeginsAnew() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    pipeline.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'", "SELECT pg_reload_conf()");
    try (Service service = pipeline.service("public.fault")) {
      captures(pipeline, service, 3);
      stack.kafka().stop();
      insert(pipeline, 4, 4);
      for (int segment = 0; segment < 6; segment++) {
        pipeline.sql("SELECT pg_switch_wal()", "CREATE TABLE x" + segment + " ()");
      }
      pipeline.sql("CHECKPOINT");
      detected(
          "a lost slot",
          () ->
              pipeline.registry.get("freshet.slot.gap").tag("reason", "lost").gauge().value() == 1);
      assertThat(service.health().detail()).contains("is lost");
      stack.kafka().start();
      Pipeline.until("capture begins anew", () -> !pipeline.reasons.isEmpty());
      insert(pipeline, 5, 5);
      pipeline.read(
          pipeline.topics.changes(TableName.parse("public.fault")),
          all -> all.stream().anyMatch(r -> new String(r.key(), UTF_8).equals("{\"id\":5}")));
      Pipeline.until("it is well", () -> service.health().isReady());
    }
  }

  @Test
  void aStandbyWithASyncedSlotTakesOverWithoutAGap() throws Exception {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    try (Standby standby = new Standby(stack);
        Service service = pipeline.service("public.fault")) {
      service.start();
      insert(pipeline, 1, 5);
      arrive(pipeline, 5);
      pipeline.sql(
          "ALTER SYSTEM SET synchronized_standby_slots = 'standby'", "SELECT pg_reload_conf()");
      standby.awaitSyncedSlot("fault");
      insert(pipeline, 6, 10);
      standby.takeOver();
      insert(pipeline, 11, 15);
      arrive(pipeline, 15);
      assertThat(pipeline.reasons).isEmpty();
      assertThat(CaptureOffsets.read(pipeline.kafka, pipeline.topics).source())
          .hasValueSatisfying(source -> assertThat(source.timeline()).isEqualTo(2));
      Pipeline.until("it is well", () -> service.health().isReady());
    }
  }

  @Test
  void aStandbyWithoutTheSlotTakesOverAndCaptureBeginsAnew() throws Exception {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    try (Standby standby = new Standby(stack);
        Service service = pipeline.service(config(OnGap.BEGIN_ANEW, false), "public.fault")) {
      captures(pipeline, service, 5);
      standby.takeOver();
      detected("a slot that is gone", () -> !pipeline.reasons.isEmpty());
      assertThat(pipeline.reasons).singleElement().asString().contains("slot fault is gone");
      insert(pipeline, 6, 10);
      arrive(pipeline, 10);
      Pipeline.until("it is well", () -> service.health().isReady());
    }
  }

  /** Starts it; returns when so many rows have arrived and a position is stored. */
  private static void captures(Pipeline pipeline, Service service, int rows) throws SQLException {
    service.start();
    insert(pipeline, 1, rows);
    arrive(pipeline, rows);
    Pipeline.until("a position is stored", () -> stored(pipeline));
  }

  /** Waits for it, at most as long as is promised. */
  private static void detected(String what, BooleanSupplier seen) {
    long began = System.nanoTime();
    Pipeline.until(what, seen);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    System.out.printf("%s: detected after %d ms%n", what, took.toMillis());
    assertThat(took).isLessThan(Duration.ofSeconds(10));
  }

  private static IngestConfig config(OnGap onGap, boolean failoverSlot) {
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

  private static boolean stored(Pipeline pipeline) {
    return CaptureOffsets.read(pipeline.kafka, pipeline.topics).position().isPresent();
  }
}

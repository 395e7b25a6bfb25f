package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
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
    try (Service service = pipeline.service("public.fault")) {
      service.start();
      insert(pipeline, 1, 3);
      arrive(pipeline, 3);
      Pipeline.until("a position is stored", () -> stored(pipeline));
      pipeline.sql(
          "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots",
          "SELECT pg_drop_replication_slot('fault')");
      Pipeline.until("it gives up", () -> service.health().state() == Health.State.FAILED);
      assertThat(service.health().detail()).contains("slot fault is gone");
    }
  }

  private static boolean stored(Pipeline pipeline) {
    return CaptureOffsets.read(pipeline.kafka, pipeline.topics).position().isPresent();
  }
}

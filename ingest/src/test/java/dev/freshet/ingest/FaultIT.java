package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Services that go away and come back: nothing is lost and nobody has to help. */
class FaultIT {

  private static EmbeddedStack stack;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.builder().start();
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  @Test
  void whatCommitsWhileKafkaIsDownArrivesWhenItIsBack() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "broker");
    pipeline.sql("CREATE TABLE public.broker (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.broker")) {
      service.start();
      pipeline.insert(1, 10);
      pipeline.arrive(10);
      stack.kafka().stop();
      try {
        pipeline.insert(11, 60);
        Pipeline.until("the outage shows", () -> service.health().state() == Health.State.DEGRADED);
        pipeline.insert(61, 70);
      } finally {
        stack.kafka().start();
      }
      pipeline.arrive(70);
      Pipeline.until(
          "the service recovers", () -> service.health().state() == Health.State.RUNNING);
    }
  }

  @Test
  void aRestartOfPostgresIsBridged() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "restart");
    pipeline.sql("CREATE TABLE public.restart (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.restart")) {
      service.start();
      pipeline.insert(1, 10);
      stack.postgresServer().kill();
      try {
        Pipeline.until("the outage shows", () -> service.health().state() == Health.State.DEGRADED);
      } finally {
        stack.postgresServer().start();
      }
      pipeline.insert(11, 20);
      pipeline.arrive(20);
      Pipeline.until(
          "the service recovers", () -> service.health().state() == Health.State.RUNNING);
      assertThat(service.health().detail()).isEmpty();
    }
  }

  @Test
  void aTransactionCutInTheMiddleArrivesWhole() throws SQLException {
    int rows = 30_000;
    Pipeline pipeline = new Pipeline(stack, "cut");
    pipeline.sql("CREATE TABLE public.cut (id int PRIMARY KEY)");
    String topic = pipeline.topics.changes(TableName.parse("public.cut"));
    try (Service first = pipeline.service("public.cut")) {
      first.start();
      pipeline.sql("INSERT INTO cut SELECT i FROM generate_series(1, " + rows + ") i");
      pipeline.read("public.cut", 1000);
    }
    int before = pipeline.read(topic, all -> all.size() >= 1000).size();
    assertThat(before).isLessThan(rows);
    assertThat(pipeline.stored()).isTrue();
    pipeline.sql("DELETE FROM cut WHERE id = 1");
    try (Service second = pipeline.service("public.cut")) {
      second.start();
      pipeline.arrive(rows);
    }
  }

  @Test
  void aSlotDroppedWhileCaptureIsCutOffEndsTheService() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "dropped");
    pipeline.sql("CREATE TABLE public.dropped (id int PRIMARY KEY)");
    try (Service service = pipeline.service(Pipeline.config(OnGap.STOP, true), "public.dropped")) {
      pipeline.captures(service, 3);
      pipeline.sql(
          "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots",
          "SELECT pg_drop_replication_slot('dropped')");
      Pipeline.until("it gives up", () -> service.health().state() == Health.State.FAILED);
      assertThat(service.health().detail()).contains("slot dropped is gone");
      assertThat(pipeline.reasons).isEmpty();
    }
  }

  @Test
  void aSlotMadeAgainWhileCaptureRunsBeginsAnew() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "anew");
    pipeline.sql("CREATE TABLE public.anew (id int PRIMARY KEY)");
    try (Service service = pipeline.service("public.anew")) {
      pipeline.captures(service, 3);
      pipeline.sql(
          "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots",
          "SELECT pg_drop_replication_slot('anew')",
          "INSERT INTO anew VALUES (1000)",
          "SELECT pg_create_logical_replication_slot('anew', 'pgoutput')");
      Pipeline.detected("a slot made again", () -> !pipeline.reasons.isEmpty());
      assertThat(pipeline.reasons).singleElement().asString().contains("was made again");
      pipeline.sql("DELETE FROM anew WHERE id = 1000");
      pipeline.insert(4, 6);
      pipeline.arrive(6);
      assertThat(CaptureOffsets.read(pipeline.kafka, pipeline.topics).gap()).isEmpty();
      assertThat(pipeline.registry.counter("freshet.capture.gaps").count()).isEqualTo(1);
      Pipeline.until("it is well", () -> service.health().isReady());
    }
  }
}

package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.runtime.Service;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database server that loses a log, or is lost itself: each test has one of its own. */
class LostServerIT {

  private EmbeddedStack stack;

  @BeforeEach
  void startStack() {
    stack = EmbeddedStack.builder().start();
  }

  @AfterEach
  void stopStack() {
    stack.close();
  }

  /** Kafka is down, so that capture itself sees nothing of it. */
  @Test
  void aSlotThatLosesItsLogIsSeenAtOnceAndCaptureBeginsAnew() throws SQLException {
    Pipeline pipeline = new Pipeline(stack, "fault");
    pipeline.sql("CREATE TABLE public.fault (id int PRIMARY KEY)");
    pipeline.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'", "SELECT pg_reload_conf()");
    try (Service service = pipeline.service("public.fault")) {
      pipeline.captures(service, 3);
      stack.kafka().stop();
      pipeline.insert(4, 4);
      for (int segment = 0; segment < 6; segment++) {
        pipeline.sql("SELECT pg_switch_wal()", "CREATE TABLE x" + segment + " ()");
      }
      pipeline.sql("CHECKPOINT");
      Pipeline.detected(
          "a lost slot",
          () ->
              pipeline.registry.get("freshet.slot.gap").tag("reason", "lost").gauge().value() == 1);
      assertThat(service.health().detail()).contains("is lost");
      stack.kafka().start();
      Pipeline.until("capture begins anew", () -> !pipeline.reasons.isEmpty());
      pipeline.insert(5, 5);
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
      pipeline.insert(1, 5);
      pipeline.arrive(5);
      pipeline.sql(
          "ALTER SYSTEM SET synchronized_standby_slots = 'standby'", "SELECT pg_reload_conf()");
      standby.awaitSyncedSlot("fault");
      pipeline.insert(6, 10);
      standby.takeOver();
      pipeline.insert(11, 15);
      pipeline.arrive(15);
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
        Service service =
            pipeline.service(Pipeline.config(OnGap.BEGIN_ANEW, false), "public.fault")) {
      pipeline.captures(service, 5);
      standby.takeOver();
      Pipeline.detected("a slot that is gone", () -> !pipeline.reasons.isEmpty());
      assertThat(pipeline.reasons).singleElement().asString().contains("slot fault is gone");
      pipeline.insert(6, 10);
      pipeline.arrive(10);
      Pipeline.until("it is well", () -> service.health().isReady());
    }
  }
}

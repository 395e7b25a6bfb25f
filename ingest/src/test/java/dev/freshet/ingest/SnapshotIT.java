package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.ingest.Snapshots.Order;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows that were there before capture, written to their topic while it runs. */
class SnapshotIT {

  private static final int ROWS = 20_000;
  private static final TableName TABLE = TableName.parse("public.Old");

  private static EmbeddedStack stack;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.builder().start();
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  private static IngestConfig config(boolean snapshots) {
    IngestConfig usual = IngestConfig.defaults();
    return new IngestConfig(
        usual.slot(),
        usual.publication(),
        usual.managePublication(),
        usual.heartbeatInterval(),
        usual.partitions(),
        Map.of(),
        usual.connect(),
        usual.onGap(),
        snapshots);
  }

  private static Snapshots snapshots(Pipeline pipeline, boolean on) {
    return new Snapshots(config(on), pipeline.postgres, pipeline.kafka, pipeline.topics);
  }

  private static boolean isRead(ConsumerRecord<byte[], byte[]> record) {
    return record.value() != null && new String(record.value(), UTF_8).contains("\"op\":\"r\"");
  }

  private static SnapshotProgress newest(Snapshots snapshots) {
    List<SnapshotProgress> all = snapshots.progress();
    return all.get(all.size() - 1);
  }

  @Test
  void oldRowsArriveInChunksWhileChangesGoOn() throws Exception {
    Pipeline pipeline = new Pipeline(stack, "snap");
    pipeline.sql(
        "CREATE TABLE \"Old\" (id int PRIMARY KEY, v int NOT NULL)",
        "INSERT INTO \"Old\" SELECT i, 0 FROM generate_series(1, " + ROWS + ") i",
        "CREATE TABLE keyless (a int)");
    Snapshots snapshots = snapshots(pipeline, true);
    String topic = pipeline.topics.changes(TABLE);
    try (Service first = pipeline.service(config(true), "public.Old")) {
      first.start();
      snapshots.begin(List.of(TABLE), Optional.empty());
      pipeline.sql("UPDATE \"Old\" SET v = 1 WHERE id % 100 = 0");
      Pipeline.until("it has begun", () -> !snapshots.progress().isEmpty());
      snapshots.order(Order.PAUSE);
      Pipeline.until("it rests", () -> newest(snapshots).state().equals("paused"));
    } // a restart goes on where it was
    try (Service second = pipeline.service(config(true), "public.Old")) {
      second.start();
      pipeline.sql("UPDATE \"Old\" SET v = 2 WHERE id = 7");
      snapshots.order(Order.RESUME);
      Pipeline.until("it is complete", () -> newest(snapshots).state().equals("completed"));
      List<ConsumerRecord<byte[], byte[]>> records =
          pipeline.read(topic, all -> keys(all).size() >= ROWS);
      assertThat(keys(records)).hasSize(ROWS);
      assertThat(records.stream().filter(SnapshotIT::isRead).count()).isBetween(19_000L, 22_000L);
      assertThat(last(records, "{\"id\":7}")).contains("\"v\":2");
      SnapshotProgress done = newest(snapshots);
      assertThat(done.tables()).isEqualTo("public.Old");
      System.out.printf(
          "%d rows told in %d ms%n", done.rows(), done.toldMillis() - done.beganMillis());

      snapshots.begin(List.of(TABLE), Optional.of("id <= 10 AND v >= 0"));
      long before = reads(records);
      pipeline.read(topic, all -> reads(all) == before + 10);
      Pipeline.until("both are complete", () -> snapshots.progress().size() == 2);

      assertThatThrownBy(() -> snapshots.begin(List.of(TABLE), Optional.of("w > 1")))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.text()).contains("no condition", "w"));
      assertThatThrownBy(
              () -> snapshots.begin(List.of(TableName.parse("public.keyless")), Optional.empty()))
          .hasMessageContaining("no primary key");
      assertThatThrownBy(() -> snapshots(pipeline, false).begin(List.of(TABLE), Optional.empty()))
          .hasMessageContaining("takes no orders");
    }
    assertThat(pipeline.one("SELECT count(*) FROM freshet.signal_snap WHERE type LIKE '%window%'"))
        .isEqualTo("0");
    assertThat(CaptureOffsets.read(pipeline.kafka, pipeline.topics).position()).isPresent();
  }

  private static Set<String> keys(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(r -> new String(r.key(), UTF_8)).collect(Collectors.toSet());
  }

  private static long reads(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().filter(SnapshotIT::isRead).count();
  }

  private static String last(List<ConsumerRecord<byte[], byte[]>> records, String key) {
    return records.stream()
        .filter(record -> new String(record.key(), UTF_8).equals(key))
        .map(record -> new String(record.value(), UTF_8))
        .reduce("", (before, after) -> after);
  }
}

package dev.freshet.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How far a snapshot is, by what Debezium has told of it.
 *
 * @param id the signal's
 * @param state started, in_progress, paused, resumed, aborted or completed
 * @param tables all of them, as Debezium names them
 * @param table the one that is being read; empty before and after
 * @param lastKey of the newest chunk; empty when not told
 * @param endKey where the table ends; empty when not told
 * @param rows read of the tables that are done, since capture last started
 * @param beganMillis since 1970
 * @param toldMillis the newest notice
 */
public record SnapshotProgress(
    String id,
    String state,
    String tables,
    String table,
    String lastKey,
    String endKey,
    long rows,
    long beganMillis,
    long toldMillis) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KIND = "Incremental Snapshot";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Whether it is over. */
  public boolean ended() {
    return state.equals("completed") || state.equals("aborted");
  }

  /** The snapshots a list of notices tells about, in the order in which they began. */
  static List<SnapshotProgress> of(Iterable<JsonNode> notices) {
    Map<String, SnapshotProgress> all = new LinkedHashMap<>();
    for (JsonNode notice : notices) {
      if (notice.path("aggregate_type").asText().equals(KIND)) {
        all.merge(
            notice.path("id").asText(), first(notice), (before, same) -> before.after(notice));
      }
    }
    return List.copyOf(all.values());
  }

  private static SnapshotProgress first(JsonNode notice) {
    long millis = notice.path("timestamp").asLong();
    return new SnapshotProgress(notice.path("id").asText(), "", "", "", "", "", 0, millis, millis)
        .after(notice);
  }

  private SnapshotProgress after(JsonNode notice) {
    JsonNode more = notice.path("additional_data");
    String type = notice.path("type").asText().toLowerCase(java.util.Locale.ROOT);
    boolean tableDone = type.equals("table_scan_completed");
    SnapshotProgress next =
        new SnapshotProgress(
            id,
            tableDone ? "in_progress" : type,
            more.path("data_collections").asText(tables),
            more.path("current_collection_in_progress").asText(tableDone ? "" : table),
            more.path("last_processed_key").asText(tableDone ? "" : lastKey),
            more.path("maximum_key").asText(tableDone ? "" : endKey),
            rows + (tableDone ? more.path("total_rows_scanned").asLong() : 0),
            beganMillis,
            notice.path("timestamp").asLong());
    return next.ended()
        ? new SnapshotProgress(
            id, next.state, next.tables, "", "", "", next.rows, beganMillis, next.toldMillis)
        : next;
  }

  /** Reads the topic to its end. */
  static List<SnapshotProgress> read(KafkaConnection kafka, Topics topics) {
    Properties properties = kafka.clientProperties("freshet-snapshots");
    properties.put("enable.auto.commit", false);
    properties.put("default.api.timeout.ms", (int) TIMEOUT.toMillis());
    TopicPartition partition = new TopicPartition(topics.snapshots(), 0);
    List<JsonNode> notices = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      if (consumer.partitionsFor(topics.snapshots()).isEmpty()) {
        return List.of();
      }
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (consumer.position(partition) < end && System.nanoTime() - deadline < 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          add(record.value(), notices);
        }
      }
    } catch (KafkaException e) {
      throw FreshetException.unreachable(
          "could not read how far snapshots are",
          "topic %s at %s: %s".formatted(topics.snapshots(), kafka.bootstrap(), e.getMessage()),
          "check that Kafka runs and that these credentials may read the topic",
          e);
    }
    return of(notices);
  }

  private static void add(byte[] value, List<JsonNode> notices) {
    try {
      if (value != null) {
        notices.add(JSON.readTree(value));
      }
    } catch (IOException notJson) {
      // Whoever wrote it, it is no notice of a snapshot.
    }
  }
}

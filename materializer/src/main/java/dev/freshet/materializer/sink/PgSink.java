package dev.freshet.materializer.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.materializer.view.ViewJson;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Sink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A view's topic into its Postgres table.
 *
 * <p>Rows are written up to a position record whose transactions are whole, in one transaction with
 * the offset behind it: a reader of the table sees whole source transactions, and after {@code kill
 * -9} anywhere the sink goes on exactly there. It does not trust Kafka's committed offset. Used by
 * one thread.
 */
public final class PgSink implements Sink {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Rows of one transaction held before they are written; then they are written uncommitted. */
  private static final int MOST_HELD = 50_000;

  /** A record of the topic, by key; the value is null for a row that is gone. */
  private record Held(JsonNode key, @Nullable JsonNode row) {}

  private final Database database;
  private final View view;
  private final ViewTable table;
  private final Registry registry;
  private final SinkMetrics metrics;
  private final Map<Bytes, Held> held = new LinkedHashMap<>();
  private @Nullable Connection connection;
  private long next;

  /** A sink for this view, which must be live. */
  public PgSink(Database database, String namespace, View view, SinkMetrics metrics) {
    this.database = database;
    this.view = view;
    this.table = new ViewTable(view.plan(), view.table());
    this.registry = new Registry(namespace);
    this.metrics = metrics;
  }

  @Override
  public Map<Integer, Long> nextOffsets(Assignment assignment) {
    disconnect();
    try {
      Optional<Registry.Known> known = registry.find(connected(), view.name());
      connected().rollback();
      next = known.filter(Registry.Known::live).map(Registry.Known::nextOffset).orElse(0L);
      return Map.of(0, next);
    } catch (SQLException e) {
      disconnect();
      throw database.failed("could not read where view " + view.name() + " stands", e);
    }
  }

  @Override
  public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : batch) {
        if (record.offset() < next) {
          continue; // applied before a failure of this very batch
        }
        if (ViewJson.isPosition(record.key())) {
          position(record);
        } else {
          JsonNode row = record.value() == null ? null : JSON.readTree(record.value()).get("row");
          held.put(Bytes.wrap(record.key()), new Held(JSON.readTree(record.key()), row));
          if (held.size() >= MOST_HELD) {
            write();
          }
        }
      }
    } catch (SQLException e) {
      disconnect();
      // What was held is in the topic still, before the offset that was committed last.
      throw new PositionLostException(
          "view %s was not written: %s".formatted(view.name(), e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void position(ConsumerRecord<byte[], byte[]> record) throws SQLException, IOException {
    JsonNode at = JSON.readTree(record.value());
    if (!at.get("whole").asBoolean()) {
      return;
    }
    if (!at.get("view").asText().equals(view.plan().id())) {
      held.clear(); // left over from what the view was before
      return;
    }
    int changed = held.size();
    write();
    List<String> reasons = new ArrayList<>();
    at.get("reasons").forEach(reason -> reasons.add(reason.asText()));
    Registry.Told told =
        new Registry.Told(
            at.get("lsn").asText(),
            at.get("committed").asText(),
            at.get("rows").asLong(),
            at.get("errors").asLong(),
            reasons,
            at.path("state").asLong());
    if (!registry.advance(connected(), view.name(), record.offset() + 1, told)) {
      connected().rollback();
      throw FreshetException.failed(
          "view %s is not this process's any more".formatted(view.name()),
          "its row in freshet.views is gone, is being seeded, or is further on",
          "run one process with the materializer role, and start it again",
          null);
    }
    connected().commit();
    next = record.offset() + 1;
    metrics.applied(changed, told);
  }

  /** Writes what is held into the open transaction. */
  private void write() throws SQLException {
    List<@Nullable String[]> rows = new ArrayList<>();
    List<@Nullable String[]> gone = new ArrayList<>();
    for (Held one : held.values()) {
      JsonNode row = one.row();
      if (row == null) {
        gone.add(
            values(one.key(), view.plan().key().stream().map(view.plan().columns()::get).toList()));
      } else {
        rows.add(values(row, view.plan().columns()));
      }
    }
    table.remove(connected(), gone);
    table.put(connected(), rows);
    held.clear();
  }

  private static @Nullable String[] values(JsonNode object, List<Column> columns) {
    @Nullable String[] values = new @Nullable String[columns.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = object.get(columns.get(i).name());
      values[i] = value == null || value.isNull() ? null : value.asText();
    }
    return values;
  }

  private Connection connected() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = database.open();
      open.setAutoCommit(false);
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    held.clear();
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        // It is given up because it failed.
      }
    }
  }

  @Override
  public void close() {
    disconnect();
  }
}

package dev.freshet.materializer.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.HeldConnection;
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
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A view's topic into its Postgres table.
 *
 * <p>Rows are written up to a position record whose transactions are whole, in one transaction with
 * the offset behind it: a reader of the table sees whole source transactions, and after {@code kill
 * -9} anywhere the sink goes on exactly there. It does not trust Kafka's committed offset.
 *
 * <p>The tags of rows that changed follow once the table shows them, at least once: how far they
 * are is the memo that Kafka keeps. Used by one thread.
 */
public final class PgSink implements Sink {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Rows of one transaction held before they are written; then they are written uncommitted. */
  private static final int MOST_HELD = 50_000;

  /** A record of the topic, by key; the value is null for a row that is gone. */
  private record Held(JsonNode key, @Nullable JsonNode row) {}

  private final Database database;
  private final HeldConnection connection;
  private final View view;
  private final int attempt;
  private final ViewTable table;
  private final Registry registry;
  private final SinkMetrics metrics;
  private final RowTags tags;
  private final Announcements announcements;
  private final Map<Bytes, Held> held = new LinkedHashMap<>();
  private long next;

  /** The first record whose tags may not have been sent. */
  private long tagged;

  /**
   * A sink for this view, which must be live.
   *
   * @param attempt the seed its rows come from
   * @param announcements takes what others are told; closed with the sink
   */
  public PgSink(
      Database database,
      String namespace,
      View view,
      int attempt,
      Announcements announcements,
      SinkMetrics metrics) {
    this.database = database;
    this.connection = new HeldConnection(database, false);
    this.view = view;
    this.attempt = attempt;
    this.table = new ViewTable(view.plan(), view.table());
    this.registry = new Registry(namespace);
    this.metrics = metrics;
    this.tags = new RowTags(view);
    this.announcements = announcements;
  }

  @Override
  public Map<Integer, Long> nextOffsets(Assignment assignment) {
    disconnect();
    try {
      Optional<Registry.Known> known = registry.find(connected(), view.name());
      connected().rollback();
      next =
          known
              .filter(row -> row.live() && row.attempt() == attempt)
              .map(Registry.Known::nextOffset)
              .filter(offset -> offset >= 0)
              .orElseThrow(this::notMine);
      String memo = assignment.memos().getOrDefault(0, "");
      tagged = tags.none() ? next : memo.isEmpty() ? 0 : Math.min(next, Long.parseLong(memo));
      // Never nothing: Kafka's own offset passes rows that were read and not yet written.
      return Map.of(0, tagged);
    } catch (SQLException e) {
      disconnect();
      throw database.failed("could not read where view " + view.name() + " stands", e);
    }
  }

  @Override
  public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
    try {
      long last = lastPosition(batch);
      for (ConsumerRecord<byte[], byte[]> record : batch) {
        if (ViewJson.isPosition(record.key())) {
          position(record, last);
        } else {
          row(record);
        }
      }
      announcements.await();
    } catch (SQLException e) {
      disconnect();
      // What was held is in the topic still, before the offset that was committed last.
      throw new PositionLostException(
          "view %s was not written: %s".formatted(view.name(), e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FreshetException e) {
      disconnect();
      throw new PositionLostException("view %s: %s".formatted(view.name(), e.getMessage()));
    }
  }

  @Override
  public String memo() {
    return tags.none() ? "" : Long.toString(tagged);
  }

  private void row(ConsumerRecord<byte[], byte[]> record) throws SQLException, IOException {
    JsonNode key = JSON.readTree(record.key());
    if (record.offset() >= tagged) {
      tags.add(key);
    }
    if (record.offset() >= next) { // else applied before a failure, of this very batch perhaps
      JsonNode row = record.value() == null ? null : JSON.readTree(record.value()).get("row");
      held.put(Bytes.wrap(record.key()), new Held(key, row));
      if (held.size() >= MOST_HELD) {
        write();
      }
    }
  }

  /** The last place of this batch where transactions end: up to there it is written at once. */
  private static long lastPosition(List<ConsumerRecord<byte[], byte[]>> batch) throws IOException {
    for (int i = batch.size() - 1; i >= 0; i--) {
      ConsumerRecord<byte[], byte[]> record = batch.get(i);
      if (ViewJson.isPosition(record.key())
          && JSON.readTree(record.value()).get("whole").asBoolean()) {
        return record.offset();
      }
    }
    return -1;
  }

  private void position(ConsumerRecord<byte[], byte[]> record, long last)
      throws SQLException, IOException {
    JsonNode at = JSON.readTree(record.value());
    if (!at.get("whole").asBoolean()) {
      return;
    }
    if (!at.get("view").asText().equals(view.plan().id())) {
      held.clear(); // left over from what the view was before
      tags.clear();
      return;
    }
    if (record.offset() < last) {
      return;
    }
    Registry.Told told = told(at);
    if (record.offset() >= next) {
      commit(record.offset() + 1, told);
    }
    if (record.offset() >= tagged) {
      Set<String> stale = tags.take();
      if (!stale.isEmpty()) {
        announcements.send(stale, transaction(), told);
      }
      tagged = record.offset() + 1;
    }
  }

  private static Registry.Told told(JsonNode at) {
    List<String> reasons = new ArrayList<>();
    at.get("reasons").forEach(reason -> reasons.add(reason.asText()));
    return new Registry.Told(
        at.get("lsn").asText(),
        at.get("committed").asText(),
        at.get("rows").asLong(),
        at.get("errors").asLong(),
        reasons,
        at.path("state").asLong());
  }

  private void commit(long after, Registry.Told told) throws SQLException {
    metrics.begins(told);
    int changed = held.size();
    write();
    if (!registry.advance(connected(), view.name(), attempt, after, told)) {
      connected().rollback();
      throw notMine();
    }
    connected().commit();
    next = after;
    announcements.stands(view.name(), told);
    metrics.applied(changed, told);
  }

  /** The transaction that wrote the rows, or a later one that wrote where the view stands. */
  private long transaction() throws SQLException {
    long xid = registry.writer(connected(), view.name());
    connected().rollback();
    return xid;
  }

  private FreshetException notMine() {
    return FreshetException.failed(
        "view %s is not this process's any more".formatted(view.name()),
        "its row in freshet.views is gone, is of another seed, or is further on",
        "run one process with the materializer role, and start it again",
        null);
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
    return connection.get();
  }

  private void disconnect() {
    held.clear();
    tags.clear();
    connection.close();
  }

  @Override
  public void close() {
    disconnect();
    announcements.close();
  }
}

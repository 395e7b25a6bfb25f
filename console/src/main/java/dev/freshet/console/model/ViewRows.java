package dev.freshet.console.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.events.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one view, as its topic has them, and where it stands; {@value #MOST} rows at most,
 * and what fits into the memory of all views; the others are counted. Thread-safe.
 */
public final class ViewRows {

  public static final int MOST = 100_000;

  /**
   * Where the view stands.
   *
   * @param committedMillis of the newest commit it reflects
   * @param stateBytes what is remembered to keep the view; 0 while nobody has counted it
   * @param lagMillis from that commit to when the position was written to the topic
   */
  public record Position(
      String id,
      String lsn,
      String committed,
      long committedMillis,
      boolean whole,
      long rows,
      long errors,
      long stateBytes,
      List<String> reasons,
      long lagMillis) {}

  /** A row with its key, both as the topic has them. */
  public record Row(String key, JsonNode value, long offset, long bytes) {}

  private final String name;
  private final TreeMap<String, Row> rows = new TreeMap<>();
  private @Nullable Position position;
  private @Nullable Lsn table;
  private long notKept;

  private final AtomicLong used;
  private final long mostBytes;

  /**
   * @param used about how many bytes the rows of all views take
   * @param mostBytes that they may take
   */
  ViewRows(String name, AtomicLong used, long mostBytes) {
    this.name = name;
    this.used = used;
    this.mostBytes = mostBytes;
  }

  public String name() {
    return name;
  }

  /**
   * @param length of the row as JSON
   */
  synchronized void put(String key, JsonNode value, long offset, int length) {
    remove(key);
    long bytes = Memory.ofRow(key, length);
    if (rows.size() >= MOST || used.get() + bytes > mostBytes) {
      // One that has grown out of the room is better absent than old.
      notKept++;
    } else {
      rows.put(key, new Row(key, value, offset, bytes));
      used.addAndGet(bytes);
    }
  }

  synchronized void remove(String key) {
    Row gone = rows.remove(key);
    if (gone != null) {
      used.addAndGet(-gone.bytes());
    }
  }

  synchronized void stands(Position now) {
    position = now;
  }

  synchronized void tableStands(Lsn lsn) {
    table = lsn;
  }

  /** What its Postgres table reflects; empty until its sink has said so. */
  public synchronized Optional<Lsn> table() {
    return Optional.ofNullable(table);
  }

  /** Everything before this offset is gone from the topic: the view was seeded anew. */
  synchronized void emptiedBefore(long offset) {
    List<Row> gone = rows.values().stream().filter(row -> row.offset() < offset).toList();
    gone.forEach(row -> remove(row.key()));
    notKept = gone.isEmpty() ? notKept : 0;
  }

  /** Where it stands; empty before its first position. */
  public synchronized Optional<Position> position() {
    return Optional.ofNullable(position);
  }

  /**
   * Rows in order of their keys, and where the view stood when they were these.
   *
   * @param cut whether some rows of the view are not kept
   */
  public record Page(List<Row> rows, Optional<Position> position, boolean cut) {}

  /** Rows whose key comes after {@code after} and contains {@code text}. */
  public synchronized Page page(String after, String text, int limit) {
    NavigableMap<String, Row> rest = after.isEmpty() ? rows : rows.tailMap(after, false);
    List<Row> page = new ArrayList<>();
    for (Row row : rest.values()) {
      if (page.size() == limit) {
        break;
      }
      if (row.key().contains(text)) {
        page.add(row);
      }
    }
    return new Page(page, position(), isCut());
  }

  /** How many rows are kept. */
  public synchronized int kept() {
    return rows.size();
  }

  /** Whether there are more rows than are kept. */
  public synchronized boolean isCut() {
    return notKept > 0;
  }
}

package dev.freshet.console.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one view, as its topic has them, and where it stands; {@value #MOST} rows at most,
 * the others are counted. Thread-safe.
 */
public final class ViewRows {

  public static final int MOST = 100_000;

  /**
   * Where the view stands.
   *
   * @param seenMillis when the position was written to the topic
   */
  public record Position(
      String id,
      String lsn,
      String committed,
      boolean whole,
      long rows,
      long errors,
      List<String> reasons,
      long seenMillis) {}

  /** A row with its key, both as the topic has them. */
  public record Row(String key, JsonNode value, long offset) {}

  private final String name;
  private final TreeMap<String, Row> rows = new TreeMap<>();
  private @Nullable Position position;
  private long notKept;

  ViewRows(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  synchronized void put(String key, JsonNode value, long offset) {
    if (rows.size() >= MOST && !rows.containsKey(key)) {
      notKept++;
      return;
    }
    rows.put(key, new Row(key, value, offset));
  }

  synchronized void remove(String key) {
    rows.remove(key);
  }

  synchronized void stands(Position now) {
    position = now;
  }

  /** Everything before this offset is gone from the topic: the view was seeded anew. */
  synchronized void emptiedBefore(long offset) {
    rows.values().removeIf(row -> row.offset() < offset);
    notKept = 0;
  }

  /** Where it stands; empty before its first position. */
  public synchronized Optional<Position> position() {
    return Optional.ofNullable(position);
  }

  /** Rows whose key comes after {@code after} and contains {@code text}, in order of their keys. */
  public synchronized List<Row> page(String after, String text, int limit) {
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
    return page;
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

package dev.freshet.materializer.engine;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.Source;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tables that change at random, and the change events Postgres and Debezium would write: in order
 * within a table, with what a bad day adds.
 */
final class History {

  private final Random random;
  private final RandomRows values;
  private final List<Source> sources;
  private final Map<TableName, Map<Long, Map<String, @Nullable Object>>> tables =
      new LinkedHashMap<>();
  private final Map<TableName, List<RowChange>> told = new HashMap<>();
  private long lsn = 100;

  History(Random random, Source... sources) {
    this.random = random;
    this.values = new RandomRows(random);
    this.sources = List.of(sources);
    for (Source source : sources) {
      tables.put(source.table(), new TreeMap<>());
      told.put(source.table(), new ArrayList<>());
    }
  }

  /** The tables as they are now. */
  Map<TableName, Collection<Map<String, @Nullable Object>>> tables() {
    Map<TableName, Collection<Map<String, @Nullable Object>>> now = new HashMap<>();
    tables.forEach((name, rows) -> now.put(name, rows.values()));
    return now;
  }

  /** Some changes; tables in any order, events sometimes twice, sometimes a whole stretch again. */
  List<RowChange> batch(int changes) {
    Map<TableName, List<RowChange>> events = new LinkedHashMap<>();
    sources.forEach(source -> events.put(source.table(), new ArrayList<>()));
    for (int i = 0; i < changes; i++) {
      Source source = sources.get(random.nextInt(sources.size()));
      change(source, Objects.requireNonNull(events.get(source.table())));
    }
    List<RowChange> mixed = new ArrayList<>();
    List<List<RowChange>> queues = new ArrayList<>();
    for (Map.Entry<TableName, List<RowChange>> entry : events.entrySet()) {
      List<RowChange> all = Objects.requireNonNull(told.get(entry.getKey()));
      all.addAll(entry.getValue());
      List<RowChange> sent = new ArrayList<>(entry.getValue());
      if (random.nextInt(4) == 0 && !all.isEmpty()) { // the connector starts again
        int back = Math.min(all.size(), 1 + random.nextInt(20));
        sent.addAll(all.subList(all.size() - back, all.size()));
      }
      queues.add(sent);
    }
    while (queues.stream().anyMatch(queue -> !queue.isEmpty())) {
      List<RowChange> queue = queues.get(random.nextInt(queues.size()));
      if (!queue.isEmpty()) {
        RowChange next = queue.remove(0);
        mixed.add(next);
        if (random.nextInt(10) == 0) {
          mixed.add(next);
        }
      }
    }
    return mixed;
  }

  /** Every row of every table deleted. */
  List<RowChange> retractAll() {
    List<RowChange> events = new ArrayList<>();
    for (Source source : sources) {
      Map<Long, Map<String, @Nullable Object>> rows =
          Objects.requireNonNull(tables.get(source.table()));
      List<RowChange> deletes = new ArrayList<>();
      rows.values().forEach(row -> deletes.add(delete(source, row)));
      rows.clear();
      Objects.requireNonNull(told.get(source.table())).addAll(deletes);
      events.addAll(deletes);
    }
    return events;
  }

  private void change(Source source, List<RowChange> events) {
    Map<Long, Map<String, @Nullable Object>> rows =
        Objects.requireNonNull(tables.get(source.table()));
    int what = random.nextInt(100);
    if (what == 0) {
      rows.clear();
      events.add(new RowChange.Truncate(from(source)));
      return;
    }
    long id = random.nextLong(30);
    Map<String, @Nullable Object> before = rows.get(id);
    if (before == null) {
      Map<String, @Nullable Object> row = values.row(source, id);
      rows.put(id, row);
      events.add(new RowChange.Insert(from(source), image(row)));
    } else if (what < 30) {
      rows.remove(id);
      events.add(delete(source, before));
    } else if (what < 40) {
      long other = random.nextLong(30, 60);
      if (rows.containsKey(other)) {
        return;
      }
      Map<String, @Nullable Object> moved = new LinkedHashMap<>(before);
      moved.put("id", other);
      rows.remove(id);
      rows.put(other, moved);
      RowChange gone = delete(source, before);
      events.add(gone);
      events.add(new RowChange.Insert(gone.source(), leftOut(source, moved)));
    } else {
      Map<String, @Nullable Object> after = values.row(source, id);
      Row image = image(after);
      if (random.nextInt(4) == 0) { // a column whose old value the log left out
        String column = source.columns().get(2).name();
        after.put(column, before.get(column));
        image = leftOut(source, after);
      }
      rows.put(id, after);
      events.add(new RowChange.Update(from(source), null, image));
    }
  }

  /** The image of a row of which one column is large and did not change. */
  private static Row leftOut(Source source, Map<String, @Nullable Object> row) {
    Row image = image(row);
    String column = source.columns().get(2).name();
    if (row.get(column) == null) {
      return image;
    }
    List<@Nullable String> texts = new ArrayList<>(image.values());
    texts.set(image.columns().indexOf(column), Row.UNAVAILABLE);
    return new Row(image.columns(), texts);
  }

  private RowChange delete(Source source, Map<String, @Nullable Object> row) {
    Map<String, @Nullable Object> key = new LinkedHashMap<>();
    key.put("id", row.get("id"));
    return new RowChange.Delete(from(source), image(key));
  }

  private ChangeSource from(Source source) {
    lsn += 1 + random.nextInt(5);
    return new ChangeSource(source.table(), "", new Lsn(lsn), 1, 0);
  }

  private static Row image(Map<String, @Nullable Object> row) {
    List<@Nullable String> texts = new ArrayList<>();
    for (Object value : row.values()) {
      texts.add(
          value == null
              ? null
              : value instanceof BigDecimal number ? number.toPlainString() : value.toString());
    }
    return new Row(List.copyOf(row.keySet()), texts);
  }
}

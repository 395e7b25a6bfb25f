package dev.freshet.endtoend.faults;

import dev.freshet.app.Views;
import dev.freshet.materializer.check.Verification;
import dev.freshet.materializer.view.View;
import io.lettuce.core.KeyValue;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Says, with Postgres as the truth, whether anything was lost. Asked when nothing changes any more
 * and the watermark has passed the last commit. For one thread.
 */
final class Oracle implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final int MOST_TOLD = 3;

  private final Site site;
  private final Announced announced;
  private final Verification verification;
  private final List<View> views;
  private long compared;
  private long changes;

  /**
   * @param patience how long a view may be unlike its SQL
   */
  Oracle(Site site, Duration patience) {
    this.site = site;
    this.announced = new Announced(site.config());
    this.verification =
        new Verification(site.database(), site.config().namespace(), LOOK_EVERY, patience);
    this.views = Views.of(site.config());
  }

  /** What is wrong; empty when all is well. */
  List<Violation> judge(long seed) throws SQLException {
    List<Violation> found = new ArrayList<>();
    try (Connection connection = site.connect()) {
      staleEntries(connection)
          .forEach(what -> found.add(new Violation(seed, Violation.Kind.STALE, what)));
      lostChanges(connection)
          .forEach(what -> found.add(new Violation(seed, Violation.Kind.LOST, what)));
      awaitViews(connection);
    }
    for (View view : views) {
      verification.differences(view).stream()
          .limit(MOST_TOLD)
          .map(difference -> "%s: %s".formatted(view.name(), difference))
          .forEach(what -> found.add(new Violation(seed, Violation.Kind.VIEW, what)));
    }
    return found;
  }

  /** A fault may have met the first seed of a view: its table comes once that is complete. */
  private void awaitViews(Connection connection) throws SQLException {
    long end = System.nanoTime() + Markers.LONGEST.toNanos();
    for (View view : views) {
      String exists = "SELECT to_regclass('%s') IS NOT NULL".formatted(view.table().quoted());
      boolean there = false;
      while (!there && System.nanoTime() - end < 0) {
        try (Statement statement = connection.createStatement();
            ResultSet row = statement.executeQuery(exists)) {
          there = row.next() && row.getBoolean(1);
        }
        if (!there) {
          LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
      }
    }
  }

  /** Cached pages that are not what Postgres gives. */
  private List<String> staleEntries(Connection connection) throws SQLException {
    Map<String, String> truth = Pages.loadAll(connection);
    List<String> names = List.copyOf(truth.keySet());
    String[] keys = names.stream().map(name -> site.cache().entryKey(name)).toArray(String[]::new);
    List<KeyValue<String, String>> cached = site.redis().mget(keys);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      String shown = truth.get(names.get(i));
      String copy = cached.get(i).getValueOrElse(shown);
      compared += cached.get(i).hasValue() ? 1 : 0;
      if (!copy.equals(shown)) {
        found.add("%s is \"%s\", cached \"%s\"".formatted(names.get(i), shown, copy));
      }
    }
    return found;
  }

  /** What the journal has and the stream never said. */
  private List<String> lostChanges(Connection connection) throws SQLException {
    Set<Announced.Stale> missing = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("DELETE FROM journal RETURNING xid, tag")) {
      while (row.next()) {
        missing.add(new Announced.Stale(row.getLong(1), row.getString(2)));
      }
    }
    changes += missing.size();
    missing.removeAll(announced.take());
    return missing.stream().limit(MOST_TOLD).map(Announced.Stale::toString).toList();
  }

  /** Entries that were compared so far. */
  long compared() {
    return compared;
  }

  /** Committed changes of tags so far. */
  long changes() {
    return changes;
  }

  @Override
  public void close() {
    announced.close();
  }
}

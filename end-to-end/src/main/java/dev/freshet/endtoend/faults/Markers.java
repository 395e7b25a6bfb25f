package dev.freshet.endtoend.faults;

import dev.freshet.events.Lsn;
import io.lettuce.core.RedisException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Commits that nobody but the check makes, and whether Freshet has applied them: then the mark of
 * their tag in Redis is at least their transaction. Thread-safe.
 */
final class Markers {

  /** A bound for hanging, not for speed: the machine may be shared. */
  static final Duration LONGEST = Duration.ofMinutes(5);

  private static final Duration LOOK_EVERY = Duration.ofMillis(10);
  private static final String TAG = "marker:1";

  private final Site site;
  private final String marks;
  private final String head;

  Markers(Site site) {
    this.site = site;
    this.marks = site.config().namespace() + ":{0}:marks";
    this.head = site.config().namespace() + ":{0}:head";
  }

  /** A question that fails while a server is away; that counts as no. */
  interface Condition {
    boolean holds() throws SQLException;
  }

  /** Whether it came to hold within {@link #LONGEST}. */
  static boolean await(Condition condition) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        if (condition.holds()) {
          return true;
        }
      } catch (SQLException | RedisException away) {
        // Asked again; the end is bounded.
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
    return false;
  }

  /** Nanoseconds from {@code sinceNanos} until a commit made now was applied; empty if never. */
  OptionalLong awaitNewOne(long sinceNanos) {
    long[] xid = {0};
    boolean applied =
        await(
            () -> {
              if (xid[0] == 0) {
                xid[0] = commit();
              }
              Double mark = site.redis().zscore(marks, TAG);
              return mark != null && mark >= xid[0];
            });
    return applied ? OptionalLong.of(System.nanoTime() - sinceNanos) : OptionalLong.empty();
  }

  private long commit() throws SQLException {
    return Long.parseLong(
        ask("UPDATE markers SET n = n + 1 WHERE id = 1 RETURNING pg_current_xact_id()"));
  }

  /** Whether everything that is committed now came to be applied. */
  boolean awaitEverything() {
    AtomicReference<@Nullable Lsn> end = new AtomicReference<>();
    return await(
        () -> {
          Lsn committed = end.get();
          if (committed == null) {
            committed = Lsn.parse(ask("SELECT pg_current_wal_insert_lsn()"));
            end.set(committed);
          }
          String reached = site.redis().hget(head, "lsn");
          return reached != null && Lsn.parse(reached).compareTo(committed) >= 0;
        });
  }

  private String ask(String sql) throws SQLException {
    try (Connection connection = site.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      if (!row.next()) {
        throw new SQLException("no row: " + sql);
      }
      return row.getString(1);
    }
  }
}

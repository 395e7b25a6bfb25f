package dev.freshet.materializer.refresh;

import dev.freshet.events.TableName;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.HeldConnection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs REFRESH, one at a time. An advisory lock keeps refreshes of the same view by other processes
 * of Freshet apart. {@link #cancel} may be called by any thread, the rest by one.
 */
final class Refresher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Refresher.class);

  private static final String SEES =
      """
      SELECT coalesce(bool_and(pg_visible_in_snapshot(
        ((s.xmax & ~4294967295) + x - CASE WHEN x > (s.xmax & 4294967295) THEN 4294967296 ELSE 0 END)
          ::text::xid8, pg_current_snapshot())), true)
      FROM unnest(?) x,
        (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax) s""";

  private final HeldConnection connection;
  private final MeterRegistry registry;
  private final Map<TableName, MaterializedView.Way> told = new HashMap<>();
  private volatile @Nullable Statement running;

  Refresher(Database database, MeterRegistry registry) {
    this.connection = new HeldConnection(database, true);
    this.registry = registry;
  }

  /**
   * Whether a refresh that begins now sees all of these transactions: the log tells of a commit
   * before everybody sees it.
   *
   * @param xids their low 32 bits
   */
  boolean sees(Collection<Long> xids) throws SQLException {
    try (PreparedStatement ask = connection.get().prepareStatement(SEES)) {
      ask.setArray(1, connection.get().createArrayOf("bigint", xids.toArray()));
      try (ResultSet row = ask.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Refreshes a view; whether it worked. */
  boolean refresh(MaterializedView view) {
    long began = System.nanoTime();
    try {
      Connection open = connection.get();
      MaterializedView.Way way = view.way(open);
      warn(view, way);
      String sql =
          "REFRESH MATERIALIZED VIEW %s%s"
              .formatted(
                  way == MaterializedView.Way.CONCURRENTLY ? "CONCURRENTLY " : "",
                  view.name().quoted());
      try (Statement statement = open.createStatement()) {
        running = statement;
        String lock =
            "hashtext('freshet refresh " + view.name().toString().replace("'", "''") + "')";
        statement.execute("SELECT pg_advisory_lock(" + lock + ")");
        statement.execute(sql);
        statement.execute("SELECT pg_advisory_unlock(" + lock + ")");
      }
    } catch (SQLException e) {
      disconnect();
      Counter.builder("freshet.refresh.failures")
          .tag("view", view.name().toString())
          .register(registry)
          .increment();
      LOG.warn("{} was not refreshed, which is tried again: {}", view.name(), e.getMessage());
      return false;
    } finally {
      running = null;
    }
    long nanos = System.nanoTime() - began;
    Timer.builder("freshet.refresh.duration")
        .description("How long a REFRESH took")
        .tag("view", view.name().toString())
        .publishPercentileHistogram()
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
    LOG.debug("{} was refreshed in {} ms", view.name(), TimeUnit.NANOSECONDS.toMillis(nanos));
    return true;
  }

  private void warn(MaterializedView view, MaterializedView.Way way) {
    if (told.put(view.name(), way) != way && way == MaterializedView.Way.NO_INDEX) {
      LOG.warn(
          "readers of {} wait while it is refreshed: REFRESH … CONCURRENTLY needs a unique index on"
              + " columns alone, without WHERE. Make one: CREATE UNIQUE INDEX ON {} (…) with the"
              + " columns that tell its rows apart",
          view.name(),
          view.name());
    }
  }

  /** Ends a refresh that is under way. */
  void cancel() {
    Statement statement = running;
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        LOG.debug("a refresh could not be cancelled", e);
      }
    }
  }

  /** Gives up a connection that failed. */
  void disconnect() {
    connection.close();
  }

  @Override
  public void close() {
    connection.close();
  }
}

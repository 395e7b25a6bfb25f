package dev.freshet.materializer.seed;

import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.HeldConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a seed is: told in {@code freshet.views} every second, for {@code freshet views}, and in
 * the log every ten. Used by one thread.
 */
final class SeedProgress implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SeedProgress.class);
  private static final long LOOK_EVERY_ROWS = 1 << 12;
  private static final long NOTE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long TELL_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final HeldConnection connection;
  private final Registry registry;
  private final String view;
  private final long began = System.nanoTime();
  private final Instant beganAt = Instant.now();
  private long noted = began;
  private long told = began;
  private long rows;
  private long of;
  private boolean complete;

  SeedProgress(Database database, Registry registry, String view) {
    this.connection = new HeldConnection(database, true);
    this.registry = registry;
    this.view = view;
  }

  /** The view's own rows are there. */
  void filled(long viewRows) {
    LOG.info("view {}: {} rows by SQL in {} ms; now its state", view, viewRows, millis());
  }

  /** So many rows are to be read, about. */
  void expect(long count) {
    of = count;
    note();
  }

  /** One more row was read; whether it is time to look around. */
  boolean one() {
    if (++rows % LOOK_EVERY_ROWS != 0) {
      return false;
    }
    long now = System.nanoTime();
    if (now - noted > NOTE_EVERY_NANOS) {
      note();
      noted = now;
    }
    if (now - told > TELL_EVERY_NANOS) {
      tell();
      told = now;
    }
    return true;
  }

  /** Everything is there; it only has to be shown. */
  void complete() {
    complete = true;
    tell();
    note();
  }

  private void tell() {
    long rate = rows * 1000 / Math.max(1, millis());
    LOG.info(
        "view {}: {} of about {} rows read, {} rows/s, about {} s left",
        view,
        rows,
        Math.max(rows, of),
        rate,
        Math.max(0, of - rows) / Math.max(1, rate));
  }

  private long millis() {
    return Duration.ofNanos(System.nanoTime() - began).toMillis();
  }

  private void note() {
    try {
      registry.seeding(
          connection.get(), view, new Registry.Seed(rows, Math.max(rows, of), beganAt));
    } catch (SQLException e) {
      LOG.debug("the progress of view {} was not noted", view, e);
    }
  }

  @Override
  public void close() {
    try (connection) {
      if (!complete) {
        registry.seeding(connection.get(), view, null);
      }
    } catch (SQLException e) {
      LOG.debug("the end of the seed of view {} was not noted", view, e);
    }
  }
}

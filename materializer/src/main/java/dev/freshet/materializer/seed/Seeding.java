package dev.freshet.materializer.seed;

import dev.freshet.events.Lsn;
import dev.freshet.events.Topics;
import dev.freshet.materializer.engine.Engine;
import dev.freshet.materializer.engine.ViewChange;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.sink.TableSwap;
import dev.freshet.materializer.state.HeapState;
import dev.freshet.materializer.stream.ViewSeed;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.Snapshot;
import dev.freshet.materializer.view.View;
import dev.freshet.materializer.view.ViewJson;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a view from one snapshot: its table by its own SQL, its state by reading each table once.
 *
 * <p>All of it becomes visible with the one commit at the end; what fails or is killed before
 * leaves the view as it was, and begins anew. Changes of transactions the snapshot does not see
 * come from the log, each once: see {@link Snapshot}.
 */
public final class Seeding {

  private static final Logger LOG = LoggerFactory.getLogger(Seeding.class);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How far the clocks of Postgres and Kafka may differ. */
  private static final Duration CLOCK_SLACK = Duration.ofMinutes(1);

  private static final int TELL_EVERY_ROWS = 500_000;

  private final Database database;
  private final KafkaConnection kafka;
  private final Topics topics;
  private final View view;
  private final CaptureGate gate;
  private final BooleanSupplier closing;

  /**
   * The seeding of one view.
   *
   * @param gate tells when the log brings every change of the view's tables
   * @param closing whether to give up
   */
  public Seeding(
      Database database,
      KafkaConnection kafka,
      Topics topics,
      View view,
      CaptureGate gate,
      BooleanSupplier closing) {
    this.database = database;
    this.kafka = kafka;
    this.topics = topics;
    this.view = view;
    this.gate = gate;
    this.closing = closing;
  }

  /** Seeds the view; returns the number of the attempt, by which its application is called. */
  public int run() {
    int attempt;
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      attempt = new Registry(topics.namespace()).begin(connection, view);
    } catch (SQLException e) {
      throw database.failed("view " + view.name() + " could not be seeded", e);
    }
    String application = SeedTopics.application(topics, view, attempt);
    long began = System.nanoTime();
    try (SeedTopics kafkaSide = new SeedTopics(kafka, topics);
        SeedWriter writer = new SeedWriter(kafka, application);
        Connection connection = gate.snapshot(database, view, closing)) {
      String changelog = kafkaSide.prepare(view, application);
      Begin begin = begin(connection);
      TableSwap table = new TableSwap(view, topics.namespace());
      long rows = table.fill(connection);
      LOG.info("view {}: {} rows by SQL; now its state", view.name(), rows);
      long next = writeState(connection, begin, rows, changelog, writer);
      kafkaSide.startAt(application, begin.start());
      table.show(connection);
      new Registry(topics.namespace())
          .live(connection, view, attempt, next, begin.lsn().toString(), rows);
      connection.commit();
    } catch (SQLException e) {
      throw database.failed("view " + view.name() + " could not be seeded", e);
    }
    LOG.info(
        "view {} is live: seeded in {} ms",
        view.name(),
        Duration.ofNanos(System.nanoTime() - began).toMillis());
    return attempt;
  }

  /** Where the snapshot stands, and from when on a transaction may be missing in it. */
  private record Begin(Snapshot snapshot, Lsn lsn, Instant now, Instant start) {}

  private static Begin begin(Connection connection) throws SQLException {
    String sql =
        """
        SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text,
          extract(epoch FROM now()) * 1000000,
          extract(epoch FROM coalesce((SELECT min(xact_start) FROM pg_stat_activity
            WHERE backend_xid IS NOT NULL), now())) * 1000000""";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      Instant now = Instant.EPOCH.plus(row.getLong(3), ChronoUnit.MICROS);
      Instant oldest = Instant.EPOCH.plus(row.getLong(4), ChronoUnit.MICROS);
      Instant first = oldest.isBefore(now) ? oldest : now;
      return new Begin(
          Snapshot.parse(row.getString(1)),
          Lsn.parse(row.getString(2)),
          now,
          first.minus(CLOCK_SLACK));
    }
  }

  private long writeState(
      Connection connection, Begin begin, long rows, String changelog, SeedWriter writer)
      throws SQLException {
    HeapState state = new HeapState();
    Engine engine = new Engine(view.plan(), state);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL TimeZone = 'UTC'");
      statement.execute("SET LOCAL DateStyle = 'ISO'");
      statement.execute("SET LOCAL extra_float_digits = 1");
    }
    List<Source> sources = engine.sources();
    for (int i = 0; i < sources.size(); i++) {
      read(connection, engine, i, sources.get(i));
    }
    List<ViewChange> changes = engine.settle();
    if (engine.rows() != rows || engine.errors() > 0) {
      throw FreshetException.failed(
          "view %s does not agree with Postgres".formatted(view.name()),
          "over one snapshot Postgres finds %d rows, Freshet %d; %s"
              .formatted(rows, engine.rows(), engine.someErrors(3)),
          "please report this with the view's SQL; the view is not shown",
          null);
    }
    state.forEach((key, value) -> writer.write(changelog, key.get(), value));
    writer.write(changelog, ViewSeed.SNAPSHOT_KEY.get(), begin.snapshot().write());
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, begin.now());
    ViewJson json = new ViewJson(view.plan());
    String topic = topics.view(view.name());
    for (ViewChange change : changes) {
      if (change.row() != null) {
        writer.write(topic, json.key(change.key()), json.row(change.row(), begin.lsn(), micros));
      }
    }
    ViewJson.Position position =
        new ViewJson.Position(begin.lsn(), micros, true, engine.rows(), 0, List.of());
    return writer.writeLast(topic, ViewJson.positionKey(), json.position(position)) + 1;
  }

  private void read(Connection connection, Engine engine, int index, Source source)
      throws SQLException {
    String columns =
        String.join(
            ", ",
            source.columns().stream()
                .map(column -> '"' + column.name().replace("\"", "\"\"") + '"')
                .toList());
    String sql = "COPY (SELECT %s FROM %s) TO STDOUT".formatted(columns, source.table().quoted());
    CopyText text = new CopyText(source.columns());
    long expected = expected(connection, source);
    long began = System.nanoTime();
    long rows = 0;
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
      engine.seed(index, text.row(line));
      if (++rows % TELL_EVERY_ROWS == 0) {
        tell(source, rows, expected, began);
        if (closing.getAsBoolean()) {
          copy.cancelCopy();
          throw new UncheckedIOException(new IOException("closing"));
        }
      }
    }
    tell(source, rows, Math.max(rows, 0), began);
  }

  private static long expected(Connection connection, Source source) throws SQLException {
    String sql = "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('%s')";
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(sql.formatted(source.table().quoted().replace("'", "''")))) {
      return row.next() ? Math.max(0, row.getLong(1)) : 0;
    }
  }

  private void tell(Source source, long rows, long expected, long began) {
    double seconds = Math.max(1e-3, (System.nanoTime() - began) / 1e9);
    long rate = (long) (rows / seconds);
    LOG.info(
        "view {}: {} of about {} rows of {} read, {} rows/s, about {} s left",
        view.name(),
        rows,
        Math.max(rows, expected),
        source.table(),
        rate,
        Math.max(0, expected - rows) / Math.max(1, rate));
  }

  /** How long to wait before asking again whether a snapshot can be taken. */
  static Duration pause() {
    return PAUSE;
  }
}

package dev.freshet.materializer.seed;

import dev.freshet.events.Lsn;
import dev.freshet.events.Topics;
import dev.freshet.materializer.engine.SeedEngine;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.sink.TableSwap;
import dev.freshet.materializer.stream.ViewSeed;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.Snapshot;
import dev.freshet.materializer.view.View;
import dev.freshet.materializer.view.ViewJson;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a view from one snapshot: its rows by its own SQL, its state by reading each table once.
 *
 * <p>{@link #run} makes them beside whatever there is; {@link #show} puts them in its place. What
 * fails or is killed before the one commit in {@code show} leaves the old rows as they were, and
 * begins anew. Changes of transactions the snapshot does not see come from the log, each once: see
 * {@link Snapshot}. Not thread-safe.
 */
public final class Seeding {

  private static final Logger LOG = LoggerFactory.getLogger(Seeding.class);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How far the clocks of Postgres and Kafka may differ. */
  private static final Duration CLOCK_SLACK = Duration.ofMinutes(1);

  private final Database database;
  private final KafkaConnection kafka;
  private final Topics topics;
  private final View view;
  private final CaptureGate gate;
  private final BooleanSupplier closing;
  private final Registry registry;

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
    this.registry = new Registry(topics.namespace());
  }

  /**
   * A view that was made and is not shown yet.
   *
   * @param attempt by whose number its application is called
   * @param rows how many it has
   */
  public record Seeded(Registry.Attempt attempt, Begin begin, long rows) {}

  /**
   * Where the snapshot stands.
   *
   * @param now when it was taken, by the database's clock
   * @param start from when on a transaction may be missing in it
   */
  record Begin(Snapshot snapshot, Lsn lsn, Instant now, Instant start) {}

  /** Makes the view's rows and state; changes nothing that anybody sees. */
  public Seeded run() {
    Registry.Attempt attempt;
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      attempt = registry.begin(connection, view);
    } catch (SQLException e) {
      throw failed(e);
    }
    String application = SeedTopics.application(topics, view, attempt.number());
    try (SeedTopics kafkaSide = new SeedTopics(kafka, topics);
        SeedWriter writer = new SeedWriter(kafka, application);
        Connection connection = gate.snapshot(database, view, closing);
        SeedProgress progress = new SeedProgress(database, registry, view.name())) {
      try {
        String changelog = kafkaSide.prepareState(application);
        Begin begin = begin(connection);
        long rows = new TableSwap(view, topics.namespace()).fill(connection);
        progress.filled(rows);
        writeState(connection, begin, rows, changelog, writer, progress);
        kafkaSide.startAt(application, begin.start());
        connection.commit();
        return new Seeded(attempt, begin, rows);
      } catch (SQLException | RuntimeException e) {
        forget(kafkaSide, application, e);
        throw e;
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The next attempt has another name: what this one wrote would stay for ever. */
  private static void forget(SeedTopics kafkaSide, String application, Exception cause) {
    try {
      kafkaSide.forget(application);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private FreshetException failed(SQLException e) {
    return database.failed("view " + view.name() + " could not be seeded", e);
  }

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

  private void writeState(
      Connection connection,
      Begin begin,
      long rows,
      String changelog,
      SeedWriter writer,
      SeedProgress progress)
      throws SQLException {
    SeedEngine engine =
        new SeedEngine(view.plan(), (key, value) -> writer.write(changelog, key.get(), value));
    List<Source> sources = engine.sources();
    SourceCopy.settings(connection, "UTC");
    progress.expect(SourceCopy.expected(connection, sources));
    for (int i = 0; i < sources.size(); i++) {
      int source = i;
      SourceCopy.read(
          connection,
          sources.get(i),
          row -> {
            engine.add(source, row);
            if (progress.one() && closing.getAsBoolean()) {
              throw CaptureGate.closed();
            }
          });
      engine.end(i);
    }
    if (engine.rows() != rows || engine.errors() > 0) {
      throw FreshetException.failed(
          "view %s does not agree with Postgres".formatted(view.name()),
          "over one snapshot Postgres finds %d rows, Freshet %d; %s"
              .formatted(rows, engine.rows(), engine.someErrors(3)),
          "please report this with the view's SQL; the view is not shown",
          null);
    }
    engine.finish();
    writer.write(changelog, ViewSeed.SNAPSHOT_KEY.get(), begin.snapshot().write());
    writer.flush();
    progress.complete();
  }

  /**
   * Puts the new rows in the place of the old ones, in the view's topic and in its table. Nobody
   * else may write to either; from here on the old attempt cannot go on.
   */
  public void show(Seeded seeded) {
    try (SeedTopics kafkaSide = new SeedTopics(kafka, topics);
        SeedWriter writer =
            new SeedWriter(kafka, SeedTopics.application(topics, view, seeded.attempt().number()));
        Connection connection = database.open()) {
      registry.letGo(connection, view.name(), seeded.attempt());
      kafkaSide.emptyRows(view);
      connection.setAutoCommit(false);
      TableSwap table = new TableSwap(view, topics.namespace());
      long next = writeRows(connection, seeded, table, writer);
      table.show(connection);
      registry.live(
          connection,
          view,
          seeded.attempt(),
          next,
          seeded.begin().lsn().toString(),
          seeded.begin().now(),
          seeded.rows());
      connection.commit();
    } catch (SQLException e) {
      throw failed(e);
    }
    LOG.info("view {} is live: {} rows", view.name(), seeded.rows());
  }

  /**
   * Tombstones for what will be gone, the rows of the table beside, a position; the offset after
   * it.
   */
  private long writeRows(Connection connection, Seeded seeded, TableSwap table, SeedWriter writer)
      throws SQLException {
    ViewJson json = new ViewJson(view.plan());
    String topic = topics.view(view.name());
    Lsn lsn = seeded.begin().lsn();
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, seeded.begin().now());
    SourceCopy.settings(connection, view.zone());
    Optional<String> gone = table.gone(connection);
    if (gone.isPresent() && !view.plan().key().isEmpty()) {
      List<Column> keys = view.plan().key().stream().map(view.plan().columns()::get).toList();
      SourceCopy.texts(
          connection, gone.get(), keys, key -> writer.write(topic, json.keyOfTexts(key), null));
    }
    SourceCopy.texts(
        connection,
        "SELECT * FROM " + table.beside().quoted(),
        view.plan().columns(),
        row ->
            writer.write(
                topic, json.keyOfTexts(json.keyOf(row)), json.rowOfTexts(row, lsn, micros)));
    ViewJson.Position position =
        new ViewJson.Position(lsn, micros, true, seeded.rows(), 0, List.of());
    return writer.writeLast(topic, ViewJson.positionKey(), json.position(position)) + 1;
  }

  /** How long to wait before asking again whether a snapshot can be taken. */
  static Duration pause() {
    return PAUSE;
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.endtoend.bench.PgOutput;
import dev.freshet.events.Lsn;
import dev.freshet.events.RowChange;
import dev.freshet.runtime.PostgresConnection;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * Reads the logical replication stream of all lanes' tables, and hands over each transaction when
 * its commit comes by: before it is visible, if it waits for a synchronous standby.
 *
 * <p>Has a thread of its own, which calls the listener.
 */
final class LogTap implements AutoCloseable {

  private static final String SLOT = "consistency";

  /** In a commit message: kind, flags, position of the commit. */
  private static final int END_OF_COMMIT = 1 + 1 + Long.BYTES;

  private final Connection connection;
  private final PGReplicationStream stream;
  private final Consumer<Commit> listener;
  private final Thread thread = new Thread(this::run, "log-tap");
  private volatile boolean closing;
  private volatile @Nullable Exception failure;

  LogTap(PostgresConnection postgres, String publication, Consumer<Commit> listener)
      throws SQLException {
    Properties properties = postgres.jdbcProperties();
    properties.setProperty("replication", "database");
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("preferQueryMode", "simple");
    this.connection = DriverManager.getConnection(postgres.jdbcUrl(), properties);
    this.listener = listener;
    var replication = connection.unwrap(PGConnection.class).getReplicationAPI();
    replication
        .createReplicationSlot()
        .logical()
        .withSlotName(SLOT)
        .withTemporaryOption()
        .withOutputPlugin("pgoutput")
        .make();
    this.stream =
        replication
            .replicationStream()
            .logical()
            .withSlotName(SLOT)
            .withSlotOption("proto_version", "1")
            .withSlotOption("publication_names", publication)
            .withStatusInterval(1, TimeUnit.SECONDS)
            .start();
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    PgOutput messages = new PgOutput();
    List<RowChange> changes = new ArrayList<>();
    try {
      while (!closing) {
        ByteBuffer message = stream.read();
        if (message.get(message.position()) == 'C') {
          Lsn end = new Lsn(message.getLong(message.position() + END_OF_COMMIT));
          listener.accept(new Commit(end, changes));
          changes.clear();
        } else {
          messages.read(message).ifPresent(changes::add);
        }
        stream.setFlushedLSN(stream.getLastReceiveLSN());
      }
    } catch (SQLException | RuntimeException e) {
      failure = closing ? null : e;
    }
  }

  /** Throws what ended the tap, if it ended. */
  void check() {
    Exception cause = failure;
    if (cause != null) {
      throw new IllegalStateException("the log tap has ended", cause);
    }
  }

  @Override
  public void close() throws SQLException {
    closing = true;
    connection.abort(Runnable::run); // close would wait for the reader
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

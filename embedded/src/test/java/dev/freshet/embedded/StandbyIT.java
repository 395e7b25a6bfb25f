package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A primary and a standby, truly streaming; the same two for one test after the other. */
@Timeout(120)
class StandbyIT {
  private static final String COUNT = "SELECT count(*) FROM item";

  @TempDir private static Path folder;

  private static EmbeddedPostgres primary;
  private static EmbeddedStandby standby;

  @BeforeAll
  static void start() throws Exception {
    primary = new EmbeddedPostgres(ServerSpec.in(folder, "primary"), "shop");
    primary.start();
    standby = new EmbeddedStandby(ServerSpec.in(folder, "standby-1"), primary);
    standby.start();
  }

  @AfterAll
  static void stop() {
    standby.close();
    primary.close();
    assertThat(Orphans.in(folder)).isEmpty();
  }

  @BeforeEach
  void oneItem() throws Exception {
    sql("DROP TABLE IF EXISTS item");
    sql("CREATE TABLE item (id int PRIMARY KEY)");
    sql("INSERT INTO item VALUES (1)");
    standby.awaitCaughtUp();
  }

  /** Whatever a test has left undone. */
  @AfterEach
  void letGo() {
    primary.commitsWaitForNobody();
    standby.resumeReplay();
  }

  @Test
  void theStandbyFollowsIsReadOnlyAndCanBePaused() throws Exception {
    assertThat(Sql.at(standby.address(), "SELECT pg_is_in_recovery()")).isEqualTo("t");
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("1");
    assertThatThrownBy(() -> Sql.at(standby.address(), "INSERT INTO item VALUES (9)"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("read-only");
    sql("INSERT INTO item VALUES (2)");
    standby.awaitCaughtUp();
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("2");

    standby.pauseReplay();
    sql("INSERT INTO item VALUES (3)");
    Await.until("the standby has received everything", this::everythingIsReceived);
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("2");
    standby.resumeReplay();
    standby.awaitCaughtUp();
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("3");
  }

  @Test
  void aBaseTakenUnderWritesIsWhole() throws Exception {
    CompletableFuture<Integer> written = new CompletableFuture<>();
    CompletableFuture<Void> stop = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () -> {
              try (Connection connection = Sql.connect(primary.address())) {
                int id = 100;
                while (!stop.isDone()) {
                  Sql.on(connection, "INSERT INTO item VALUES (" + id++ + ")");
                }
                written.complete(id - 100);
              } catch (SQLException e) {
                written.completeExceptionally(e);
              }
            },
            "test-writer");
    writer.start();
    try (EmbeddedStandby second =
        new EmbeddedStandby(ServerSpec.in(folder, "standby-2"), primary)) {
      second.start();
      stop.complete(null);
      int rows = written.get(30, TimeUnit.SECONDS) + 1;
      second.awaitCaughtUp();
      assertThat(Sql.at(second.address(), COUNT)).isEqualTo(String.valueOf(rows));
      assertThat(Sql.at(second.address(), "SELECT count(DISTINCT id) FROM item"))
          .isEqualTo(String.valueOf(rows));
    } finally {
      stop.complete(null);
    }
  }

  @Test
  void theStandbyGoesOnAfterStopAndKillOfItselfAndOfThePrimary() throws Exception {
    standby.stop();
    sql("INSERT INTO item VALUES (2)");
    sql("SELECT pg_switch_wal()");
    sql("CHECKPOINT"); // without its slot the standby's log would be gone now
    standby.start();
    standby.awaitCaughtUp();
    standby.kill();
    sql("INSERT INTO item VALUES (3)");
    standby.start();
    standby.awaitCaughtUp();
    primary.kill();
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("3");
    primary.start();
    sql("INSERT INTO item VALUES (4)");
    standby.awaitCaughtUp();
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("4");
  }

  @Test
  void aPromotedStandbyAcceptsWritesAndStaysAPrimary() throws Exception {
    EmbeddedPostgres lost = new EmbeddedPostgres(ServerSpec.in(folder, "lost"), "shop");
    try (lost;
        EmbeddedStandby promoted = new EmbeddedStandby(ServerSpec.in(folder, "promoted"), lost)) {
      lost.start();
      Sql.at(lost.address(), "CREATE TABLE item (id int PRIMARY KEY)");
      Sql.at(lost.address(), "INSERT INTO item VALUES (1)");
      promoted.start();
      promoted.awaitCaughtUp();
      lost.kill();
      promoted.promote();
      Sql.at(promoted.address(), "INSERT INTO item VALUES (2)");
      promoted.stop();
      promoted.start();
      Sql.at(promoted.address(), "INSERT INTO item VALUES (3)");
      assertThat(Sql.at(promoted.address(), COUNT)).isEqualTo("3");
      assertThat(Sql.at(promoted.address(), "SELECT timeline_id FROM pg_control_checkpoint()"))
          .isEqualTo("2");
    }
  }

  @Test
  void aCommitThatNobodyAcknowledgesIsDurableAndDecodedButInvisible() throws Exception {
    sql("SELECT pg_create_logical_replication_slot('s', 'test_decoding', false)");
    primary.commitsWaitFor("nobody");
    CompletableFuture<Void> insert = inBackground("INSERT INTO item VALUES (2)");
    Await.until("the commit waits", () -> waiting() == 1);

    assertThat(sql(COUNT)).isEqualTo("1");
    assertThat(insert).isNotDone();
    assertThat(
            sql(
                "SELECT count(*) FROM pg_logical_slot_peek_changes('s', null, null)"
                    + " WHERE data LIKE '%id[integer]:2'"))
        .isEqualTo("1");
    // A session that asks for less is not held.
    try (Connection local = Sql.connect(primary.address())) {
      Sql.on(local, "SET synchronous_commit = local");
      Sql.on(local, "INSERT INTO item VALUES (3)");
    }
    assertThat(sql(COUNT)).isEqualTo("2");

    primary.commitsWaitForNobody();
    insert.get(30, TimeUnit.SECONDS);
    assertThat(sql(COUNT)).isEqualTo("3");
    sql("INSERT INTO item VALUES (4)");
  }

  @Test
  void aPausedSynchronousStandbyHoldsThoseThatWantItToHaveApplied() throws Exception {
    primary.commitsWaitFor("standby-1");
    standby.pauseReplay();
    sql("INSERT INTO item VALUES (2)"); // received and flushed there, which is enough for "on"
    CompletableFuture<Void> insert =
        inBackground("SET synchronous_commit = remote_apply; INSERT INTO item VALUES (3)");
    Await.until("the commit waits", () -> waiting() == 1);
    assertThat(sql(COUNT)).isEqualTo("2");
    standby.resumeReplay();
    insert.get(30, TimeUnit.SECONDS);
    assertThat(Sql.at(standby.address(), COUNT)).isEqualTo("3");
  }

  @Test
  void aStandbysSnapshotNamesNobodyAsUnfinished() throws Exception {
    try (Connection writer = Sql.connect(primary.address())) {
      writer.setAutoCommit(false);
      Sql.on(writer, "INSERT INTO item VALUES (2)");
      String running = Sql.on(writer, "SELECT pg_current_xact_id()");
      sql("INSERT INTO item VALUES (3)");
      standby.awaitCaughtUp();
      String snapshot = "SELECT pg_current_snapshot()";
      String there = Sql.at(standby.address(), snapshot);
      assertThat(sql(snapshot)).startsWith(running + ":").endsWith(":" + running);
      assertThat(there).startsWith(running + ":").endsWith(":");
    }
  }

  private boolean everythingIsReceived() throws IOException {
    try {
      String flushed = sql("SELECT pg_current_wal_flush_lsn()");
      return Sql.at(standby.address(), "SELECT pg_last_wal_receive_lsn() >= '" + flushed + "'")
          .equals("t");
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private int waiting() throws IOException {
    try {
      return Integer.parseInt(
          sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private CompletableFuture<Void> inBackground(String sql) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                sql(sql);
                done.complete(null);
              } catch (SQLException e) {
                done.completeExceptionally(e);
              }
            },
            "test-session");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  private String sql(String sql) throws SQLException {
    return Sql.at(primary.address(), sql);
  }
}

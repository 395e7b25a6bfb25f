package dev.freshet.endtoend.consistency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Changes rows in transactions of all kinds. For one thread. */
final class Writer implements Runnable {

  private static final int TYPICAL_PAUSE_MILLIS = 25;
  private static final int TYPICAL_HOLD_MILLIS = 4;
  private static final int LONG_HOLD_MILLIS = 2500;
  private static final int CROWD_ONE_IN = 12;

  private final Run run;
  private final Database database;
  private final String name;
  private final boolean longTransactions;
  private final SplittableRandom random;

  /**
   * @param longTransactions whether it writes nothing but a row of its own, and takes long
   */
  Writer(Run run, Database database, String name, boolean longTransactions) {
    this.run = run;
    this.database = database;
    this.name = name;
    this.longTransactions = longTransactions;
    this.random = run.plan().random(name);
  }

  @Override
  public void run() {
    try (Connection connection = database.connect();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE " + Rows.table(run.lane()) + " SET version = version + 1 WHERE id = ?")) {
      connection.setAutoCommit(false);
      while (run.writes()) {
        transaction(connection, update);
      }
    } catch (SQLException | RuntimeException e) {
      run.fail(e);
    }
  }

  private void transaction(Connection connection, PreparedStatement update) throws SQLException {
    final long pause = Pause.drawNanos(random, TYPICAL_PAUSE_MILLIS);
    long hold = Pause.drawNanos(random, TYPICAL_HOLD_MILLIS);
    final boolean waits = random.nextInt(5) < 3;
    final boolean savepoint = random.nextInt(6) == 0;
    final boolean gives = random.nextInt(12) > 0;
    TreeSet<Integer> rows = new TreeSet<>(); // in one order everywhere: nobody waits in a circle
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      rows.add(random.nextInt(run.plan().rows()));
    }
    if (random.nextInt(CROWD_ONE_IN) == 0 && run.plan().has(Fault.HUGE_TAG)) {
      rows.add(Rows.CROWD);
    }
    if (longTransactions) {
      rows.clear();
      rows.add(Rows.LONG);
      hold = random.nextInt(LONG_HOLD_MILLIS) * 1_000_000L;
    }
    Pause.forNanos(pause);
    long mask = 0;
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL synchronous_commit = " + (waits ? "on" : "local"));
      for (int row : rows) {
        if (savepoint) {
          statement.execute("SAVEPOINT s"); // its own transaction id, below the top one's
        }
        update.setInt(1, row);
        update.executeUpdate();
        mask |= 1L << row;
      }
      run.history().add(name, mask, "wrote rows " + rows);
      for (long held = 0; held < hold && run.writes(); held += 50_000_000) {
        Pause.forNanos(Math.min(hold - held, 50_000_000));
      }
      if (gives) {
        connection.commit();
        run.history().add(name, mask, "commit is visible" + (waits ? ", after waiting" : ""));
      } else {
        connection.rollback();
        run.history().add(name, mask, "rolled back");
      }
    }
    if (longTransactions) {
      run.tally().count(Fault.LONG_WRITES.figure());
    }
  }
}

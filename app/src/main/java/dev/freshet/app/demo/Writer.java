package dev.freshet.app.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Changes rows at a steady rate: readings come, are corrected in bulk and one by one, and go;
 * facilities are sold; targets move. Every commit is told to the check. One thread.
 */
final class Writer implements Runnable {

  private static final int BULK = 25;
  private static final String XID = "SELECT pg_current_xact_id()::text::bigint";

  private final DemoDatabase database;
  private final FreshnessCheck check;
  private final RandomGenerator random;
  private final Pace pace;
  private final AtomicLong changes;

  Writer(
      DemoDatabase database,
      FreshnessCheck check,
      RandomGenerator random,
      double changesPerSecond,
      AtomicLong changes) {
    this.database = database;
    this.check = check;
    this.random = random;
    this.pace = new Pace(changesPerSecond);
    this.changes = changes;
  }

  @Override
  public void run() {
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      while (!Thread.currentThread().isInterrupted()) {
        pace.await(write(connection));
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      throw new IllegalStateException("the demo's writer failed", e);
    }
  }

  /** One transaction; returns how many rows it changed. */
  private int write(Connection connection) throws SQLException {
    int kind = random.nextInt(100);
    int facility = 1 + random.nextInt(DemoDatabase.FACILITIES);
    int org = owner(connection, facility);
    List<Page> touched = List.of(Page.org(org), Page.facility(facility));
    if (kind < 60) {
      return commit(
          connection,
          touched,
          "INSERT INTO readings (organization_id, facility_id, metric, kilograms)"
              + " VALUES (?, ?, 'scope1', (random() * 1000)::numeric(12,3))",
          org,
          facility);
    }
    if (kind < 80) {
      return commit(
          connection,
          touched,
          "UPDATE readings SET kilograms = kilograms + 1, status = 'corrected' WHERE id ="
              + " (SELECT max(id) FROM readings WHERE facility_id = ? AND organization_id = ?)",
          facility,
          org);
    }
    if (kind < 94) {
      return commit(
          connection,
          touched,
          "DELETE FROM readings WHERE id ="
              + " (SELECT min(id) FROM readings WHERE facility_id = ? AND organization_id = ?)",
          facility,
          org);
    }
    if (kind < 96) {
      return commit(
          connection,
          touched,
          "UPDATE readings SET kilograms = round(kilograms * 1.01, 3) WHERE id IN (SELECT id FROM"
              + " readings WHERE facility_id = ? AND organization_id = ? ORDER BY id DESC LIMIT "
              + BULK
              + ")",
          facility,
          org);
    }
    if (kind < 99) {
      return commit(
          connection,
          List.of(Page.org(org)),
          "INSERT INTO targets VALUES (?, ?, 1) ON CONFLICT (organization_id, year)"
              + " DO UPDATE SET kilograms = targets.kilograms + 1",
          org,
          2025 + random.nextInt(3));
    }
    int buyer = 1 + random.nextInt(DemoDatabase.ORGANIZATIONS);
    return sell(connection, facility, org, buyer);
  }

  private int sell(Connection connection, int facility, int seller, int buyer) throws SQLException {
    List<Page> touched = List.of(Page.org(seller), Page.org(buyer), Page.facility(facility));
    try (PreparedStatement move =
        connection.prepareStatement("UPDATE facilities SET organization_id = ? WHERE id = ?")) {
      move.setInt(1, buyer);
      move.setInt(2, facility);
      int moved = move.executeUpdate();
      return moved
          + commit(
              connection,
              touched,
              "UPDATE readings SET organization_id = ? WHERE facility_id = ?",
              buyer,
              facility);
    }
  }

  /** The facility's organization, held until this transaction ends. */
  private static int owner(Connection connection, int facility) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT organization_id FROM facilities WHERE id = ? FOR UPDATE")) {
      statement.setInt(1, facility);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private int commit(Connection connection, List<Page> touched, String sql, int first, int second)
      throws SQLException {
    int rows;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, first);
      statement.setInt(2, second);
      rows = statement.executeUpdate();
    }
    long xid;
    try (PreparedStatement statement = connection.prepareStatement(XID);
        ResultSet row = statement.executeQuery()) {
      row.next();
      xid = row.getLong(1);
    }
    FreshnessCheck.Expectation expectation = check.beforeCommit(touched);
    connection.commit();
    if (rows > 0) {
      check.committed(expectation, xid);
      changes.addAndGet(rows);
    }
    return rows;
  }
}

package dev.freshet.ingest;

import dev.freshet.runtime.CheckResult;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the replication slot stands, and how much log it may keep. */
final class SlotCheck {

  private static final String SUBJECT = "postgres.slot";
  private static final long MUCH = 10L * 1024 * 1024 * 1024; // bytes of WAL kept for one slot

  private SlotCheck() {}

  static List<CheckResult> check(Connection connection, String name) throws SQLException {
    List<CheckResult> results = new ArrayList<>();
    Optional<SlotState> found = SlotState.read(connection, name);
    results.add(
        found
            .map(slot -> slot(name, slot))
            .orElseGet(
                () -> CheckResult.ok(SUBJECT, "no slot %s yet; made at start".formatted(name))));
    results.add(limit(connection));
    return results;
  }

  static CheckResult slot(String name, SlotState slot) {
    String state =
        "%s: wal_status %s, %d bytes of log kept, confirmed %s"
            .formatted(name, slot.walStatus(), slot.retainedBytes(), slot.confirmed());
    if (slot.lost()) {
      return CheckResult.fail(
          SUBJECT,
          state + (slot.why().isEmpty() ? "" : ", invalid: " + slot.why()),
          "changes were missed: SELECT pg_drop_replication_slot('%s'); then clear the caches and start anew"
              .formatted(name.replace("'", "''")));
    }
    if (!slot.plugin().equals("pgoutput")) {
      return CheckResult.fail(
          SUBJECT,
          "%s is a slot of plugin \"%s\"; pgoutput is needed".formatted(name, slot.plugin()),
          "set slot to another name");
    }
    if (slot.walStatus().equals("unreserved")) {
      return CheckResult.warn(
          SUBJECT, state, "the slot is lost at the next checkpoint unless capture catches up now");
    }
    if (slot.safeBytes() >= 0 && slot.safeBytes() < slot.retainedBytes()) {
      return CheckResult.warn(
          SUBJECT,
          state + ", " + slot.safeBytes() + " bytes left",
          "raise max_slot_wal_keep_size, or let capture catch up");
    }
    if (slot.retainedBytes() > MUCH) {
      return CheckResult.warn(SUBJECT, state, "watch the disk: is capture running?");
    }
    return CheckResult.ok(
        SUBJECT, slot.isRead() ? state + ", read by process " + slot.activePid() : state);
  }

  private static CheckResult limit(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW max_slot_wal_keep_size")) {
      row.next();
      String limit = row.getString(1);
      return limit.equals("-1")
          ? CheckResult.warn(
              "postgres.max_slot_wal_keep_size",
              "no limit: while Freshet is stopped, the log grows until the disk is full",
              "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();")
          : CheckResult.ok("postgres.max_slot_wal_keep_size", limit);
    }
  }
}

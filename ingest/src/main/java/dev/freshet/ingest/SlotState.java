package dev.freshet.ingest;

import dev.freshet.events.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A replication slot as Postgres shows it.
 *
 * @param activePid the backend that reads it; 0 when none does
 * @param walStatus reserved, extended, unreserved or lost
 * @param safeBytes WAL that may still be written before the slot is in danger; -1 without a limit
 * @param retainedBytes WAL that is kept because of this slot
 * @param why the reason Postgres gives for an invalid slot; empty when none
 */
record SlotState(
    String plugin,
    String database,
    int activePid,
    String walStatus,
    long safeBytes,
    long retainedBytes,
    Lsn confirmed,
    String why) {

  private static final String QUERY =
      """
      SELECT coalesce(plugin, ''), coalesce(database, ''), coalesce(active_pid, 0),
        coalesce(wal_status, 'lost'), coalesce(safe_wal_size, -1),
        coalesce(pg_wal_lsn_diff(
          CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
          restart_lsn), 0)::bigint,
        coalesce(confirmed_flush_lsn - '0/0'::pg_lsn, 0)::bigint,
        coalesce(to_jsonb(s) ->> 'invalidation_reason', '')
      FROM pg_replication_slots s WHERE slot_name = ?""";

  static Optional<SlotState> read(Connection connection, String slot) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setString(1, slot);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? Optional.of(
                new SlotState(
                    row.getString(1),
                    row.getString(2),
                    row.getInt(3),
                    row.getString(4),
                    row.getLong(5),
                    row.getLong(6),
                    new Lsn(row.getLong(7)),
                    row.getString(8)))
            : Optional.empty();
      }
    }
  }

  /** Whether somebody reads it. */
  boolean isRead() {
    return activePid != 0;
  }

  boolean lost() {
    return walStatus.equals("lost") || !why.isEmpty();
  }
}

package dev.freshet.ingest;

import dev.freshet.runtime.FreshetException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * Which database a position belongs to: an LSN of one means nothing in another.
 *
 * @param system Postgres's system identifier, given by initdb and kept by every copy
 * @param database the database in it
 * @param slot the slot positions were read from
 * @param timeline of the log; 0 when it was not asked for yet. A promotion begins another one
 */
record SourceIdentity(String system, String database, String slot, int timeline) {

  private static final String SYSTEM =
      """
      SELECT system_identifier::text, current_database(),
        CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
        ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END
      FROM pg_control_system()""";

  /** What the database behind this connection is. */
  static SourceIdentity read(Connection connection, String slot) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SYSTEM)) {
      if (!row.next()) {
        throw FreshetException.failed("Postgres did not tell its system identifier", "", "", null);
      }
      return new SourceIdentity(row.getString(1), row.getString(2), slot, row.getInt(3));
    }
  }

  static SourceIdentity of(Map<String, Object> json) {
    return new SourceIdentity(
        text(json, "system"),
        text(json, "database"),
        text(json, "slot"),
        json.get("timeline") instanceof Number timeline ? timeline.intValue() : 0);
  }

  private static String text(Map<String, Object> json, String field) {
    return String.valueOf(json.getOrDefault(field, ""));
  }

  Map<String, Object> toJson() {
    return Map.of("system", system, "database", database, "slot", slot, "timeline", timeline);
  }
}

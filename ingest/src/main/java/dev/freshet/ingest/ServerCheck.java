package dev.freshet.ingest;

import dev.freshet.runtime.CheckResult;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The server's settings and the role's rights. */
final class ServerCheck {

  private static final int OLDEST = 140_000;

  private static final String QUERY =
      """
      SELECT current_setting('server_version_num')::int, current_setting('server_version'),
        pg_is_in_recovery(), current_setting('wal_level'),
        current_setting('max_replication_slots')::int,
        (SELECT count(*) FROM pg_replication_slots),
        current_setting('max_wal_senders')::int, (SELECT count(*) FROM pg_stat_replication),
        current_user,
        (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user)
          OR EXISTS (SELECT 1 FROM pg_roles
                     WHERE rolname = 'rds_replication' AND pg_has_role(current_user, oid, 'MEMBER')),
        (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()),
        quote_ident(current_user)
      """;

  private ServerCheck() {}

  static List<CheckResult> check(Connection connection, String slot) throws SQLException {
    boolean present = SlotState.read(connection, slot).isPresent();
    List<CheckResult> results = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUERY)) {
      row.next();
      results.add(version(row.getInt(1), row.getString(2)));
      results.add(primary(row.getBoolean(3)));
      results.add(walLevel(row.getString(4)));
      if (!present) {
        results.add(
            room("max_replication_slots", row.getInt(5), row.getInt(6), "drop an unused slot"));
        results.add(
            room("max_wal_senders", row.getInt(7), row.getInt(8), "stop an unused standby"));
      }
      results.add(role(row.getString(9), row.getBoolean(10), row.getString(12)));
      results.add(encoding(row.getString(11)));
    }
    return results;
  }

  private static CheckResult version(int number, String text) {
    return number >= OLDEST
        ? CheckResult.ok("postgres.version", text)
        : CheckResult.fail(
            "postgres.version", text + "; 14 is the oldest supported", "upgrade the server");
  }

  private static CheckResult primary(boolean standby) {
    return standby
        ? CheckResult.fail(
            "postgres.primary",
            "this is a standby: heartbeats cannot be written",
            "give the address of the primary")
        : CheckResult.ok("postgres.primary", "takes writes");
  }

  private static CheckResult walLevel(String level) {
    return level.equals("logical")
        ? CheckResult.ok("postgres.wal_level", level)
        : CheckResult.fail(
            "postgres.wal_level",
            level + "; logical is needed",
            "ALTER SYSTEM SET wal_level = 'logical'; then restart Postgres (managed: set rds.logical_replication or the flag of your provider)");
  }

  private static CheckResult room(String setting, int most, int used, String otherwise) {
    String found = "%d of %d in use".formatted(used, most);
    return used < most
        ? CheckResult.ok("postgres." + setting, found)
        : CheckResult.fail(
            "postgres." + setting,
            found,
            "%s, or: ALTER SYSTEM SET %s = %d; then restart Postgres"
                .formatted(otherwise, setting, most + 4));
  }

  private static CheckResult role(String user, boolean mayReplicate, String quoted) {
    return mayReplicate
        ? CheckResult.ok("postgres.role", user + " may replicate")
        : CheckResult.fail(
            "postgres.role",
            user + " may not open a replication slot",
            "ALTER ROLE %s REPLICATION; (on RDS: GRANT rds_replication TO %s;)"
                .formatted(quoted, quoted));
  }

  private static CheckResult encoding(String encoding) {
    return encoding.equals("UTF8")
        ? CheckResult.ok("postgres.encoding", encoding)
        : CheckResult.fail(
            "postgres.encoding",
            "the database is " + encoding + "; only UTF8 can be captured",
            "create the database with ENCODING 'UTF8'");
  }
}

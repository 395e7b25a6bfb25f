package dev.freshet.ingest;

import dev.freshet.events.Lsn;
import dev.freshet.runtime.PostgresConnection;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Where a server left its earlier timelines: what was written to one of them after that place is no
 * part of this server's history.
 *
 * @param ends the timelines before its own, each with the LSN at which the next one begins
 */
record TimelineHistory(Map<Integer, Lsn> ends) {

  private static final int FIELDS = 3;

  TimelineHistory {
    ends = Map.copyOf(ends);
  }

  /** Of a server that was never promoted. */
  static TimelineHistory none() {
    return new TimelineHistory(Map.of());
  }

  /** Where this timeline ended; empty when it is no ancestor of the server's own. */
  Optional<Lsn> endOf(int timeline) {
    return Optional.ofNullable(ends.get(timeline));
  }

  /** Asks the server as a standby would: that is the one way open to a role with REPLICATION. */
  static TimelineHistory read(PostgresConnection postgres, int timeline) throws SQLException {
    if (timeline <= 1) {
      return none();
    }
    Properties replication = new Properties();
    replication.put("replication", "database");
    replication.put("preferQueryMode", "simple");
    replication.put("assumeMinServerVersion", "14");
    try (Connection connection = Database.open(postgres, replication);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
      // Text, or bytes that are text, by version.
      return row.next()
          ? parse(new String(row.getBytes("content"), StandardCharsets.UTF_8))
          : none();
    }
  }

  /** Reads a history file: lines of timeline, LSN and a reason; comments begin with a #. */
  static TimelineHistory parse(String file) {
    Map<Integer, Lsn> ends = new HashMap<>();
    file.lines()
        .map(line -> line.strip().split("\\s+", FIELDS))
        .filter(fields -> fields.length >= 2 && fields[0].matches("\\d+"))
        .forEach(fields -> ends.put(Integer.parseInt(fields[0]), Lsn.parse(fields[1])));
    return new TimelineHistory(ends);
  }
}

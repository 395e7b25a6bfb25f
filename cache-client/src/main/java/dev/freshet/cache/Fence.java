package dev.freshet.cache;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Which transactions a load has surely seen: Postgres' own snapshot, taken before the load's reads
 * or with them, on the same connection. An earlier fence is always safe, a later one never.
 *
 * <p>Every transaction below {@code xmin} is finished, and visible to the load if it committed. On
 * a primary {@code unfinished} tells more: everything below its first number is visible too, but
 * for the transactions listed behind it. On a standby, or when not known, it is empty.
 *
 * @param xmin 64-bit transaction id, positive
 * @param unfinished {@code <xmax>:<xip>,<xip>,...}, or empty
 */
public record Fence(long xmin, String unfinished) {

  private static final String SNAPSHOT =
      "SELECT pg_current_snapshot()::text, pg_is_in_recovery(),"
          + " pg_current_xact_id_if_assigned() IS NOT NULL";

  /**
   * The fence of a load that must not be stored: every fill with it is refused. So is one that
   * reads inside a transaction that has written, because it sees what nobody else may ever see.
   */
  public static final Fence NEVER = new Fence(1);

  public Fence {
    if (xmin <= 0) {
      throw new IllegalArgumentException("a transaction id is positive, found " + xmin);
    }
    if (!unfinished.isEmpty() && !unfinished.matches("\\d+:(\\d+(,\\d+)*)?")) {
      throw new IllegalArgumentException(
          "\"%s\" is not the end of a snapshot; it looks like 105:101,103".formatted(unfinished));
    }
  }

  /** The fence of an {@code xmin} alone, as a standby has it. */
  public Fence(long xmin) {
    this(xmin, "");
  }

  /**
   * The fence for everything that is read on this connection from now on; one statement. Inside a
   * transaction that has already written it is {@link #NEVER}.
   */
  public static Fence of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SNAPSHOT)) {
      row.next();
      if (row.getBoolean(3)) {
        return NEVER;
      }
      Fence fence = parse(row.getString(1));
      // A standby's snapshot lists nobody, although transactions are under way.
      return row.getBoolean(2) ? new Fence(fence.xmin) : fence;
    }
  }

  /**
   * The fence of a primary's snapshot.
   *
   * @param snapshot {@code SELECT pg_current_snapshot()::text}, for example {@code 100:105:101,103}
   */
  public static Fence parse(String snapshot) {
    int colon = snapshot.indexOf(':');
    if (colon < 1 || !snapshot.substring(0, colon).matches("\\d{1,18}")) {
      throw new IllegalArgumentException(
          "\"%s\" is not a snapshot; pg_current_snapshot()::text looks like 100:105:101,103"
              .formatted(snapshot));
    }
    return new Fence(Long.parseLong(snapshot.substring(0, colon)), snapshot.substring(colon + 1));
  }

  /** The fence of a value made from both loads: it has surely seen what both have. */
  public static Fence min(Fence one, Fence other) {
    if (one.equals(other)) {
      return one;
    }
    long xmin = Math.min(one.xmin, other.xmin);
    long xmax = Math.min(one.xmax(), other.xmax());
    String hidden =
        LongStream.concat(one.hidden(), other.hidden())
            .filter(xid -> xid < xmax)
            .sorted()
            .distinct()
            .mapToObj(Long::toString)
            .collect(Collectors.joining(","));
    return xmin == xmax ? new Fence(xmin) : new Fence(xmin, xmax + ":" + hidden);
  }

  /** Whether everything this transaction did, if it committed, is surely visible. */
  public boolean sees(long xid) {
    return xid < xmin || (xid < xmax() && hidden().noneMatch(one -> one == xid));
  }

  private long xmax() {
    return unfinished.isEmpty()
        ? xmin
        : Long.parseLong(unfinished.substring(0, unfinished.indexOf(':')));
  }

  private LongStream hidden() {
    return unfinished.isEmpty() || unfinished.endsWith(":")
        ? LongStream.empty()
        : Arrays.stream(unfinished.substring(unfinished.indexOf(':') + 1).split(",", -1))
            .mapToLong(Long::parseLong);
  }
}

package dev.freshet.endtoend.peers;

import dev.freshet.events.Lsn;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * A cache whose fills carry the log position their load began at, and lose against a newer
 * invalidation: the design of caches that compare change numbers or commit timestamps, as
 * LinkedIn's does for Espresso.
 *
 * <p>Right with a lagging standby, whose position lags too. Holds on a primary as long as whatever
 * stands in the log is visible to a load that begins later.
 */
public final class LsnCache implements PeerCache {

  /** The most careful choice: what is visible but not yet flushed counts as not seen. */
  private static final String POSITION =
      """
      SELECT CASE WHEN pg_is_in_recovery()
        THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END
      """;

  private static final String FILL =
      """
      local newest = redis.call('GET', KEYS[2])
      if newest and newest > ARGV[1] then
        return 0
      end
      redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
      return 1
      """;

  private static final String INVALIDATE =
      """
      local newest = redis.call('GET', KEYS[2])
      if not newest or newest < ARGV[1] then
        redis.call('SET', KEYS[2], ARGV[1])
      end
      return redis.call('DEL', KEYS[1])
      """;

  private final RedisCommands<String, String> redis;
  private final String prefix;

  /**
   * @param prefix of its keys in Redis, such as {@code peer:lsn:}
   */
  public LsnCache(StatefulRedisConnection<String, String> connection, String prefix) {
    this.redis = connection.sync();
    this.prefix = prefix;
  }

  @Override
  public Optional<String> get(String key) {
    return Optional.ofNullable(redis.get(entry(key)));
  }

  @Override
  public Optional<Miss> miss(String key, Connection loading) throws SQLException {
    try (Statement statement = loading.createStatement();
        ResultSet row = statement.executeQuery(POSITION)) {
      row.next();
      return Optional.of(new Miss(key, comparable(Lsn.parse(row.getString(1)))));
    }
  }

  @Override
  public boolean fill(Miss miss, String value, Duration timeToLive) {
    Long stored =
        redis.eval(
            FILL,
            ScriptOutputType.INTEGER,
            keys(miss.key()),
            miss.token(),
            value,
            Long.toString(timeToLive.toMillis()));
    return stored == 1;
  }

  @Override
  public void invalidate(String key, Lsn position) {
    redis.<Long>eval(INVALIDATE, ScriptOutputType.INTEGER, keys(key), comparable(position));
  }

  /** As texts of one length positions compare exactly; as Lua's numbers only up to 2^53. */
  private static String comparable(Lsn position) {
    return String.format("%016x", position.value());
  }

  private String[] keys(String key) {
    return new String[] {entry(key), prefix + "newest:" + key};
  }

  private String entry(String key) {
    return prefix + "entry:" + key;
  }
}

package dev.freshet.endtoend.peers;

import dev.freshet.events.Lsn;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;

/**
 * A cache whose fills need a lease that any later invalidation revokes: the design of memcache at
 * Facebook (Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1).
 *
 * <p>Holds as long as whoever loads after an invalidation sees the change that caused it.
 */
public final class LeaseCache implements PeerCache {

  /** One reader in this time may load a key, as the paper has it. */
  private static final Duration LEASE = Duration.ofSeconds(10);

  private static final String TAKE =
      """
      local token = tostring(redis.call('INCR', KEYS[2]))
      return redis.call('SET', KEYS[1], token, 'NX', 'PX', ARGV[1]) and token
      """;

  private static final String FILL =
      """
      if redis.call('GET', KEYS[2]) ~= ARGV[1] then
        return 0
      end
      redis.call('DEL', KEYS[2])
      redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
      return 1
      """;

  private final RedisCommands<String, String> redis;
  private final String prefix;

  /**
   * @param prefix of its keys in Redis, such as {@code peer:lease:}
   */
  public LeaseCache(StatefulRedisConnection<String, String> connection, String prefix) {
    this.redis = connection.sync();
    this.prefix = prefix;
  }

  @Override
  public Optional<String> get(String key) {
    return Optional.ofNullable(redis.get(entry(key)));
  }

  @Override
  public Optional<Miss> miss(String key, Connection loading) {
    String token =
        redis.eval(
            TAKE,
            ScriptOutputType.VALUE,
            new String[] {lease(key), prefix + "tokens"},
            Long.toString(LEASE.toMillis()));
    return Optional.ofNullable(token).map(taken -> new Miss(key, taken));
  }

  @Override
  public boolean fill(Miss miss, String value, Duration timeToLive) {
    Long stored =
        redis.eval(
            FILL,
            ScriptOutputType.INTEGER,
            new String[] {entry(miss.key()), lease(miss.key())},
            miss.token(),
            value,
            Long.toString(timeToLive.toMillis()));
    return stored == 1;
  }

  @Override
  public void invalidate(String key, Lsn position) {
    redis.del(entry(key), lease(key));
  }

  private String entry(String key) {
    return prefix + "entry:" + key;
  }

  private String lease(String key) {
    return prefix + "lease:" + key;
  }
}

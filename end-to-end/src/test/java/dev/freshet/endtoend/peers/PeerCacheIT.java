package dev.freshet.endtoend.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedPostgres;
import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.EmbeddedStandby;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.embedded.ServerSpec;
import dev.freshet.events.Lsn;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each peer keeps what its design promises: a comparison with a broken one would be worth little.
 */
@Timeout(120)
class PeerCacheIT {

  private static final String KEY = "item:1";
  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);

  @TempDir static Path folder;

  private static EmbeddedPostgres primary;
  private static EmbeddedStandby standby;
  private static EmbeddedRedis server;
  private static RedisClient client;
  private static StatefulRedisConnection<String, String> redis;

  private Connection loading;

  @BeforeAll
  static void start() throws Exception {
    primary = new EmbeddedPostgres(ServerSpec.in(folder, "primary"), "shop");
    primary.start();
    standby = new EmbeddedStandby(ServerSpec.in(folder, "standby"), primary);
    standby.start();
    server = new EmbeddedRedis(ServerSpec.in(folder, "redis").withoutDurability());
    server.start();
    client = RedisClient.create(server.uri());
    redis = client.connect();
  }

  @AfterAll
  static void stop() throws Exception {
    redis.close();
    client.shutdown();
    server.close();
    standby.close();
    primary.close();
  }

  @BeforeEach
  void empty() throws Exception {
    redis.sync().flushall();
    loading = connect(primary.address());
  }

  @AfterEach
  void close() throws Exception {
    loading.close();
  }

  @Test
  void aLeaseIsGivenToOneReaderAndRevokedByAnInvalidation() throws Exception {
    PeerCache cache = new LeaseCache(redis, "lease:");
    PeerCache.Miss first = cache.miss(KEY, loading).orElseThrow();
    assertThat(cache.miss(KEY, loading)).isEmpty();
    cache.invalidate(KEY, logEnd());
    PeerCache.Miss second = cache.miss(KEY, loading).orElseThrow();
    assertThat(cache.fill(first, "old", TIME_TO_LIVE)).isFalse();
    assertThat(cache.get(KEY)).isEmpty();
    assertThat(cache.fill(second, "new", TIME_TO_LIVE)).isTrue();
    assertThat(cache.get(KEY)).contains("new");
    assertThat(cache.fill(second, "again", TIME_TO_LIVE)).as("a lease is for one fill").isFalse();
    cache.invalidate(KEY, logEnd());
    assertThat(cache.get(KEY)).isEmpty();
  }

  @Test
  void aLoadThatBeganBeforeTheInvalidationsPositionIsRefused() throws Exception {
    PeerCache cache = new LsnCache(redis, "lsn:");
    PeerCache.Miss early = cache.miss(KEY, loading).orElseThrow();
    write();
    Lsn position = logEnd();
    cache.invalidate(KEY, position);
    cache.invalidate(KEY, new Lsn(1)); // an old one, come late
    assertThat(cache.fill(early, "old", TIME_TO_LIVE)).isFalse();
    PeerCache.Miss late = cache.miss(KEY, loading).orElseThrow();
    assertThat(cache.fill(late, "new", TIME_TO_LIVE)).isTrue();
    assertThat(cache.get(KEY)).contains("new");
    cache.invalidate(KEY, position);
    assertThat(cache.get(KEY)).isEmpty();
  }

  @Test
  void aLaggingStandbyFoolsTheLeaseAndNotThePosition() throws Exception {
    PeerCache lease = new LeaseCache(redis, "lease:");
    PeerCache lsn = new LsnCache(redis, "lsn:");
    standby.awaitCaughtUp();
    standby.pauseReplay();
    write();
    lease.invalidate(KEY, logEnd());
    lsn.invalidate(KEY, logEnd());
    try (Connection there = connect(standby.address())) {
      Optional<PeerCache.Miss> leased = lease.miss(KEY, there);
      assertThat(lease.fill(leased.orElseThrow(), "old", TIME_TO_LIVE)).isTrue();
      assertThat(lsn.fill(lsn.miss(KEY, there).orElseThrow(), "old", TIME_TO_LIVE)).isFalse();
      standby.resumeReplay();
      standby.awaitCaughtUp();
      assertThat(lsn.fill(lsn.miss(KEY, there).orElseThrow(), "new", TIME_TO_LIVE)).isTrue();
    }
  }

  private static void write() throws SQLException {
    try (Connection connection = connect(primary.address());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS item (id int)");
      statement.execute("INSERT INTO item VALUES (1)");
    }
  }

  private static Lsn logEnd() throws SQLException {
    try (Connection connection = connect(primary.address());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_flush_lsn()")) {
      row.next();
      return Lsn.parse(row.getString(1));
    }
  }

  private static Connection connect(PostgresAddress address) throws SQLException {
    return DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
  }
}

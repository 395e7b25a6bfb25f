package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisTierIT {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir static Path folder;
  private static EmbeddedRedis server;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;
  private static RedisTier cache;

  @BeforeAll
  static void start() {
    server = new EmbeddedRedis(ServerSpec.in(folder, "redis"));
    server.start();
    client = RedisClient.create(server.uri());
    redis = client.connect().sync();
    cache = new RedisTier(client.connect(), "shop");
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    server.close();
  }

  @BeforeEach
  void headAtFloor100() {
    redis.flushall();
    redis.hset("shop:{0}:head", "floor", "100");
  }

  private static Filled fill(String key, long fence, Duration timeToLive, String... tags) {
    return cache.fill(key, "v", List.of(tags), new Fence(fence), timeToLive);
  }

  @Test
  void withoutAHeadNothingIsStored() {
    redis.flushall();
    assertThat(fill("a", 101, HOUR, "t")).isEqualTo(new Filled.RefusedByFloor());
    assertThat(redis.keys("*")).isEmpty();
  }

  @Test
  void theFenceMustBeAboveTheFloor() {
    assertThat(fill("a", 100, HOUR, "t")).isEqualTo(new Filled.RefusedByFloor());
    assertThat(fill("a", 101, HOUR, "t")).isEqualTo(new Filled.Stored());
  }

  @Test
  void aMarkAtTheFenceRefusesAndOneBelowDoesNot() {
    redis.zadd("shop:{0}:marks", 150, "t");
    assertThat(fill("a", 150, HOUR, "other", "t")).isEqualTo(new Filled.RefusedByMark("t", 150));
    assertThat(cache.get("a")).isEmpty();
    assertThat(fill("a", 151, HOUR, "other", "t")).isEqualTo(new Filled.Stored());
  }

  @Test
  void transactionsBeyond32BitsAreComparedExactly() {
    long xid = (1L << 52) + 1;
    redis.zadd("shop:{0}:marks", xid, "t");
    assertThat(fill("a", xid, HOUR, "t")).isEqualTo(new Filled.RefusedByMark("t", xid));
    assertThat(fill("a", xid + 1, HOUR, "t")).isEqualTo(new Filled.Stored());
  }

  @Test
  void anEntryIsAPlainStringWithATimeToLive() {
    fill("a", 101, HOUR, "t");
    assertThat(redis.get("shop:{0}:entry:a")).isEqualTo("v");
    assertThat(redis.pttl("shop:{0}:entry:a")).isBetween(1L, HOUR.toMillis());
  }

  @Test
  void theIndexLivesAsLongAsItsLongestEntry() {
    fill("a", 101, HOUR, "t");
    fill("b", 101, MINUTE, "t");
    assertThat(redis.pttl("shop:{0}:tag:t")).isGreaterThan(HOUR.toMillis() / 2);
    fill("c", 101, MINUTE, "u");
    fill("d", 101, HOUR, "u");
    assertThat(redis.pttl("shop:{0}:tag:u")).isGreaterThan(HOUR.toMillis() / 2);
  }

  @Test
  void fillingPrunesMembersThatHaveExpired() {
    redis.zadd("shop:{0}:tag:t", 1, "long gone");
    fill("a", 101, HOUR, "t");
    assertThat(redis.zrange("shop:{0}:tag:t", 0, -1)).containsExactly("shop:{0}:entry:a");
  }

  @Test
  void anEntryWithoutTagsIsStoredToo() {
    assertThat(fill("a", 101, HOUR)).isEqualTo(new Filled.Stored());
    assertThat(cache.get("a")).hasValue("v");
  }
}

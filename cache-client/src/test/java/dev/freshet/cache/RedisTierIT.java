package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    cache = RedisTier.open(client, "shop");
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    server.close();
  }

  @BeforeEach
  void headAtFloor100() {
    redis.flushall();
    redis.hset("shop:{0}:head", Map.of("floor", "100", "incarnation", "i1"));
  }

  private static Filled fill(String key, long fence, Duration timeToLive, String... tags) {
    return cache.fill(key, "v", List.of(tags), "i1", new Fence(fence), timeToLive);
  }

  private static Filled fill(String key, String snapshot, String... tags) {
    return cache.fill(key, "v", List.of(tags), "i1", Fence.parse(snapshot), HOUR);
  }

  @Test
  void withoutAHeadNothingIsStored() {
    redis.flushall();
    assertThat(fill("a", 101, HOUR, "t")).isEqualTo(new Filled.RefusedAsClosed());
    assertThat(redis.keys("*")).isEmpty();
  }

  @Test
  void theFenceMustBeAboveTheFloor() {
    assertThat(fill("a", 100, HOUR, "t")).isEqualTo(new Filled.RefusedByFloor(100));
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
  void theScriptTravelsOnceAndThenItsHashAlone() {
    redis.scriptFlush();
    fill("a", 101, HOUR, "t");
    redis.configResetstat();
    fill("b", 101, HOUR, "t");
    assertThat(redis.info("commandstats")).contains("cmdstat_evalsha:").doesNotContain("_eval:");
    redis.scriptFlush();
    assertThat(fill("c", 101, HOUR, "t")).isEqualTo(new Filled.Stored());
  }

  @Test
  void whatWasLoadedUnderAnotherIncarnationIsVoid() {
    redis.hset("shop:{0}:head", "incarnation", "i2");
    assertThat(fill("a", 101, HOUR, "t")).isEqualTo(new Filled.RefusedByIncarnation("i2"));
    assertThat(cache.incarnation("a")).isEqualTo("i2");
  }

  @Test
  void aHeadWithoutIncarnationHasTheEmptyOne() {
    redis.hdel("shop:{0}:head", "incarnation");
    assertThat(cache.incarnation("a")).isEmpty();
    assertThat(cache.fill("a", "v", List.of("t"), "", new Fence(101), HOUR))
        .isEqualTo(new Filled.Stored());
  }

  @Test
  void aLongTransactionDoesNotRefuseWhatTheSnapshotHasSeen() {
    redis.zadd("shop:{0}:marks", 150, "t");
    applied(150);
    assertThat(fill("a", "120:160:120,155", "t")).isEqualTo(new Filled.Stored());
  }

  @Test
  void anAppliedTransactionThatTheSnapshotDoesNotSeeRefuses() {
    redis.zadd("shop:{0}:marks", 150, "t");
    applied(120);
    applied(150);
    assertThat(fill("a", "120:160:120,155", "t")).isEqualTo(new Filled.RefusedByUnfinished(120));
    assertThat(cache.get("a")).isEmpty();
  }

  @Test
  void aMarkAboveTheSnapshotRefuses() {
    redis.zadd("shop:{0}:marks", 160, "t");
    assertThat(fill("a", "120:160:120", "t")).isEqualTo(new Filled.RefusedByMark("t", 160));
  }

  @Test
  void unfinishedTransactionsAreNoMatterToUntouchedTags() {
    applied(120);
    assertThat(fill("a", "120:160:120", "t")).isEqualTo(new Filled.Stored());
  }

  private static void applied(long xid) {
    redis.setbit("shop:{0}:applied:" + xid / 65536, xid % 65536, 1);
  }

  @Test
  void appliedBitsBeyondTheFirstBitmapAreFound() {
    long xid = (1L << 40) + 65_535;
    redis.zadd("shop:{0}:marks", xid + 5, "t");
    applied(xid);
    assertThat(fill("a", xid + ":" + (xid + 9) + ":" + xid, "t"))
        .isEqualTo(new Filled.RefusedByUnfinished(xid));
  }

  @Test
  void theIndexHasNoTimeToLiveAndIsListedByItsLatestExpiry() {
    fill("a", 101, HOUR, "t", "u");
    fill("b", 101, MINUTE, "t");
    assertThat(redis.pttl("shop:{0}:tag:t")).isEqualTo(-1);
    double expiry = redis.zscore("shop:{0}:tag:t", "shop:{0}:entry:a");
    assertThat(redis.zscore("shop:{0}:tags", "t")).isBetween(expiry, expiry + 60_000);
    assertThat(redis.zrange("shop:{0}:tags", 0, -1)).containsExactly("t", "u");
  }

  @Test
  void fillingPrunesMembersThatHaveExpiredBeforeLong() {
    for (int i = 0; i < 200; i++) {
      redis.zadd("shop:{0}:tag:t", 1 + i, "long gone " + i);
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (redis.zcard("shop:{0}:tag:t") > 1 && System.nanoTime() < deadline) {
      fill("a", 101, HOUR, "t");
    }
    assertThat(redis.zrange("shop:{0}:tag:t", 0, -1)).containsExactly("shop:{0}:entry:a");
  }

  @Test
  void aFlushOfRedissScriptsGoesUnnoticed() {
    fill("a", 101, HOUR, "t");
    redis.scriptFlush();
    assertThat(fill("b", 101, HOUR, "t")).isEqualTo(new Filled.Stored());
  }

  @Test
  void entriesSpreadOverTheBucketsOfTheHead() {
    redis.hset("shop:{0}:head", "buckets", "16");
    try (RedisTier spread = RedisTier.open(client, "shop")) {
      // CRC16("user1000") = 3443, as Redis Cluster's specification has it.
      assertThat(spread.entryKey("{user1000}.following"))
          .isEqualTo("shop:{" + 3443 % 16 + "}:entry:{user1000}.following");
    }
  }

  @Test
  void tooManyTagsAreRefusedBeforeRedisIsAsked() {
    String[] tags = new String[1001];
    Arrays.setAll(tags, i -> "t" + i);
    assertThatThrownBy(() -> fill("a", 101, HOUR, tags))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 1000");
  }

  @Test
  void anEntryWithoutTagsIsStoredToo() {
    assertThat(fill("a", 101, HOUR)).isEqualTo(new Filled.Stored());
    assertThat(cache.get("a")).hasValue("v");
  }
}

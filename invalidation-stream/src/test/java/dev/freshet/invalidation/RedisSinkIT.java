package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cache.Filled;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.Invalidation;
import dev.freshet.runtime.Sink;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

/** The sink on a real Redis, through the same records that Kafka would bring. */
class RedisSinkIT extends RedisSinkBed {

  @Test
  void deletesWhatCarriesATagAndNothingElse() {
    settle();
    assertThat(fill("a", 200, "org:7")).isEqualTo(new Filled.Stored());
    fill("b", 200, "org:7", "org:8");
    fill("c", 200, "org:8");

    with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    assertThat(cache.get("b")).isEmpty();
    assertThat(cache.get("c")).hasValue("value of c");
    assertThat(redis.exists("shop:{0}:tag:org:7")).isZero();
  }

  @Test
  void refusesAFillThatMayHaveMissedAnAppliedChange() {
    settle();
    with(stale(250, "org:7")).apply();

    assertThat(fill("a", 250, "org:7")).isEqualTo(new Filled.RefusedByMark("org:7", 250));
    assertThat(fill("a", 249, "x", "org:7")).isEqualTo(new Filled.RefusedByMark("org:7", 250));
    assertThat(fill("a", 251, "org:7")).isEqualTo(new Filled.Stored());
    assertThat(fill("b", 249, "org:8")).isEqualTo(new Filled.Stored());
  }

  @Test
  void marksNeverGoDownWhateverTheOrder() {
    settle();
    with(stale(260, "org:7")).apply();
    with(stale(250, "org:7")).with(stale(255, "org:7")).apply();

    assertThat(redis.zscore(MARKS, "org:7")).isEqualTo(260);
  }

  @Test
  void widensTransactionsAcrossTheWrapOfTheirLow32Bits() {
    long wrap = 1L << 32;
    with(watermark(wrap - 5, wrap - 5, 1)).apply();
    with(stale(wrap - 3, "before")).with(stale(wrap + 3, "after")).apply();

    assertThat(redis.zscore(MARKS, "before")).isEqualTo(wrap - 3);
    assertThat(redis.zscore(MARKS, "after")).isEqualTo(wrap + 3);
    assertThat(fill("a", wrap + 3, "after")).isEqualTo(new Filled.RefusedByMark("after", wrap + 3));
  }

  @Test
  void equalTagsOfABatchCollapseIntoFewCalls() {
    settle();
    double before = registry.counter("freshet.invalidation.script.calls").count();
    for (int i = 0; i < 2000; i++) {
      with(stale(200 + i, "org:" + i % 7));
    }
    apply();

    // One for the tags, behind three with 500 older transactions each.
    assertThat(registry.counter("freshet.invalidation.script.calls").count() - before).isEqualTo(4);
    assertThat(redis.zscore(MARKS, "org:6")).isEqualTo(200 + 1994);
  }

  @Test
  void aBatchOfManyTagsAndATagOfManyKeysGoInBoundedCalls() {
    settle();
    for (int i = 0; i < 5000; i++) {
      redis.set("k" + i, "v");
      redis.zadd("shop:{0}:tag:huge", 1e15, "k" + i);
    }
    for (int i = 0; i < 1500; i++) {
      fill("e" + i, 200, "t" + i);
    }
    for (int i = 0; i < 1500; i++) {
      with(stale(300, "t" + i));
    }
    with(stale(300, "huge"));
    for (int i = 1500; i < 2000; i++) {
      with(stale(300, "t" + i));
    }
    apply();

    assertThat(redis.keys("k*")).isEmpty();
    assertThat(redis.keys("*:entry:*")).isEmpty();
    assertThat(redis.keys("*:tag:*")).isEmpty();
    assertThat(registry.counter("freshet.invalidation.keys.deleted").count()).isEqualTo(6500);
    assertThat(redis.hget(HEAD, "offset:0")).isEqualTo(Long.toString(offset));
  }

  @Test
  void theOlderTransactionsOfATagAreSentOnceInBoundedCalls() {
    settle();
    for (int i = 0; i < 2 * BucketBatch.BUDGET_PER_CALL; i++) {
      redis.zadd("shop:{0}:tag:busy", 1e15, "member:" + i);
    }
    int transactions = 3 * BucketBatch.OLDER_PER_CALL;
    for (int i = 0; i < transactions; i++) {
      with(stale(1000 + i, "busy"));
    }
    redis.configResetstat();
    apply();
    assertThat(redis.bitcount("shop:{0}:applied:0")).isEqualTo(transactions);
    assertThat(redis.exists("shop:{0}:tag:busy")).isZero();
    // BITFIELD is what remembers: 1024 words are 256 transactions.
    assertThat(redis.info("commandstats")).containsPattern("cmdstat_bitfield:calls=[6-9],");
  }

  @Test
  void deletesKeysAndSetMembersOfOtherCaches() {
    settle();
    redis.set("cache:7:summary", "x");
    redis.set("m1", "x");
    redis.set("m2", "x");
    redis.set("m3", "x");
    redis.sadd("tag:set", "m1", "m2");
    redis.zadd("tag:sorted", 1, "m3");
    redis.set("tag:string", "not a set");
    Set<String> sets = Set.of("tag:set", "tag:sorted", "tag:string", "tag:absent");
    with(new Invalidation.Stale(Set.of(), Set.of("cache:7:summary"), sets, cause(200))).apply();

    assertThat(redis.exists("cache:7:summary", "m1", "m2", "m3", "tag:set", "tag:sorted")).isZero();
    assertThat(redis.get("tag:string")).isEqualTo("not a set");
  }

  @Test
  @SuppressWarnings("unchecked") // a proxy knows no type arguments
  void aMemberThatIsFilledAgainWhileItLeavesItsSetIsDeletedToo() {
    redis.set("m1", "old");
    redis.sadd("tag:set", "m1");
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisClusterAsyncCommands<String, String> refilling =
          (RedisClusterAsyncCommands<String, String>)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {RedisClusterAsyncCommands.class},
                  (proxy, method, args) -> {
                    if (method.getName().equals("srem")) {
                      redis.set("m1", "filled again");
                      redis.sadd("tag:set", "m1");
                    }
                    return method.invoke(connection.async(), args);
                  });
      assertThat(new ForeignKeys(refilling).delete(Set.of(), Set.of("tag:set"))).isEqualTo(2);
    }
    assertThat(redis.exists("m1", "tag:set")).isZero();
  }

  @Test
  void everyEntryGoesWhenInvalidationsAreMissing() {
    settle();
    fill("a", 200, "org:7");

    sink.missed(0, offset, offset + 1000);
    offset += 1000;
    with(stale(201, "org:8")).apply();

    assertThat(cache.get("a")).isEmpty();
    assertThat(registry.counter("freshet.invalidation.gaps").count()).isEqualTo(1);
    assertThat(fill("a", 300, "org:7")).isInstanceOf(Filled.Stored.class);
    with(stale(202, "org:8")).apply();
    assertThat(cache.get("a")).as("once").isPresent();
  }

  @Test
  void survivesAFlushOfRedissScripts() {
    settle();
    fill("a", 200, "org:7");
    redis.scriptFlush();
    with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    redis.scriptFlush();
    assertThat(fill("a", 300, "org:7")).isEqualTo(new Filled.Stored());
  }

  @Test
  void garbageGoesToDeadLettersAndTheRestIsApplied() {
    settle();
    fill("a", 200, "org:7");
    long bad = offset;
    withRaw("garbage".getBytes(StandardCharsets.UTF_8)).with(stale(201, "org:7")).apply();

    assertThat(cache.get("a")).isEmpty();
    assertThat(sink.nextOffsets(Sink.Assignment.all(1))).isEqualTo(Map.of(0, offset));
    DeadLetter letter = lastDeadLetter();
    assertThat(letter.topic()).isEqualTo(TOPICS.invalidations());
    assertThat(letter.offset()).isEqualTo(bad);
    assertThat(letter.stage()).isEqualTo("invalidation-stream-redis");
  }

  private static DeadLetter lastDeadLetter() {
    var properties = kafka().clientProperties("test");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition letters = new TopicPartition(TOPICS.deadLetters(), 0);
      consumer.assign(List.of(letters));
      consumer.seek(letters, consumer.endOffsets(List.of(letters)).getOrDefault(letters, 1L) - 1);
      var record = consumer.poll(Duration.ofSeconds(10)).iterator().next();
      DeadLetter letter = DeadLetter.from(record.headers());
      assertThat(letter).isNotNull();
      return letter;
    }
  }
}

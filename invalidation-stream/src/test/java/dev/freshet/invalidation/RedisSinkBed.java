package dev.freshet.invalidation;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.cache.RedisTier;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A sink on a real Redis, fed with the same records that Kafka would bring. */
abstract class RedisSinkBed {

  static final Topics TOPICS = new Topics("shop");
  static final Duration HOUR = Duration.ofHours(1);
  static final String HEAD = "shop:{0}:head";
  static final String MARKS = "shop:{0}:marks";

  static EmbeddedStack stack;
  static RedisClient client;
  static RedisCommands<String, String> redis;
  static RedisTier cache;

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
  long offset;
  Sink sink;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.builder().start();
    client = RedisClient.create(stack.redisUri());
    redis = client.connect().sync();
    cache = RedisTier.open(client, "shop");
    TopicProvisioner.ensure(
        kafka(), InvalidationStream.topics(TOPICS, InvalidationConfig.defaults()));
  }

  @AfterAll
  static void stopStack() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    stack.close();
  }

  static KafkaConnection kafka() {
    return new KafkaConnection(stack.kafkaBootstrap(), Map.of());
  }

  @BeforeEach
  void open() {
    redis.flushall();
    sink = openSink();
    sink.nextOffsets(Sink.Assignment.all(1));
  }

  Sink openSink() {
    return openSink(InvalidationConfig.defaults());
  }

  Sink openSink(InvalidationConfig config) {
    return InvalidationStream.openSink(
        TOPICS, config, kafka(), stack.redisUri(), registry, InstantSource.system());
  }

  @AfterEach
  void close() {
    sink.close();
  }

  static Invalidation.Stale stale(long xid, String... tags) {
    return new Invalidation.Stale(Set.of(tags), Set.of(), Set.of(), cause(xid));
  }

  static Invalidation.Cause cause(long xid) {
    TableName table = new TableName("public", "readings");
    return new Invalidation.Cause(
        'u', new ChangeSource(table, "{\"id\":1}", new Lsn(xid), xid & 0xFFFF_FFFFL, 1_000_000));
  }

  static Invalidation.Watermark watermark(long xid, long xmin, long second) {
    return new Invalidation.Watermark(new Lsn(xid), xid, xmin, second * 1_000_000);
  }

  RedisSinkBed with(Invalidation invalidation) {
    return withRaw(InvalidationJson.write(invalidation));
  }

  RedisSinkBed with(int partition, Invalidation invalidation) {
    byte[] value = InvalidationJson.write(invalidation);
    records.add(
        new ConsumerRecord<>(TOPICS.invalidations(), partition, offset++, new byte[0], value));
    return this;
  }

  RedisSinkBed withRaw(byte[] value) {
    records.add(new ConsumerRecord<>(TOPICS.invalidations(), 0, offset++, new byte[0], value));
    return this;
  }

  void apply() {
    sink.apply(List.copyOf(records));
    records.clear();
  }

  Filled fill(String key, long fence, String... tags) {
    return cache.fill(
        key, "value of " + key, List.of(tags), cache.incarnation(key), new Fence(fence), HOUR);
  }

  /** A first watermark, so that fills and marks are possible. */
  void settle() {
    with(watermark(100, 100, 1)).apply();
  }
}

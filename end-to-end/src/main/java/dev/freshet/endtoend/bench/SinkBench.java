package dev.freshet.endtoend.bench;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.Topics;
import dev.freshet.invalidation.InvalidationConfig;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Freshet's Redis sink alone: invalidations are ready in memory, entries are stored beforehand, and
 * the clock runs while the sink reads the one and deletes the other.
 *
 * <p>{@code slowest_call_ms} is the longest script call that Redis noted; 0 means that none took
 * longer than 1 ms. A call longer than 5 ms is a violation: everyone else waits that long.
 */
final class SinkBench implements Bench {

  private static final List<Integer> KEYS_PER_TAG = List.of(1, 10, 1000);
  private static final int BATCH = 16_000; // what the sink polls at most
  private static final int MOST_WARM_UPS = 6;
  private static final int TAGS_PER_TRANSACTION = 500;
  private static final long FIRST_XID = 1000;

  @Override
  public String name() {
    return "sink";
  }

  @Override
  public String sentence() {
    return "Stale tags a second into Redis deletes, with 1, 10 and 1000 keys a tag.";
  }

  @Override
  public Options defaults() {
    return new Options(1, 1, 5, 1, 300_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Rounds rounds = new Rounds(KEYS_PER_TAG.stream().map(SinkBench::label).toList());
    Rounds cpu = new Rounds(KEYS_PER_TAG.stream().map(SinkBench::label).toList());
    Topics topics = new Topics("bench_sink");
    try (TestBed bed = TestBed.start(1, false, talk)) {
      TopicProvisioner.ensure(bed.kafka(), Chain.topics(topics));
      Trial trial = new Trial(bed, topics, options.rows());
      if (options.warmUp()) {
        JitCompiler.settle(
            MOST_WARM_UPS,
            () -> {
              for (int keys : KEYS_PER_TAG) {
                trial.run(keys);
              }
            });
      }
      Random random = new Random(options.seed());
      for (int round = 1; round <= options.rounds(); round++) {
        List<Integer> order = new ArrayList<>(KEYS_PER_TAG);
        Collections.shuffle(order, random);
        for (int keys : order) {
          Drained drained = trial.run(keys);
          Map<String, Double> figures = drained.figures();
          rounds.add(label(keys), figures);
          cpu.add(label(keys), drained.cpuSeconds());
          talk.accept(
              "round %d of %d: %-12s %,.0f tags/s, %,.0f keys/s"
                  .formatted(
                      round,
                      options.rounds(),
                      label(keys),
                      figures.get("tags_per_s"),
                      figures.get("keys_per_s")));
        }
      }
    }
    return result(rounds, cpu);
  }

  private static String label(int keysPerTag) {
    return "tag_of_" + keysPerTag;
  }

  private static Result result(Rounds rounds, Rounds cpu) {
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    double violations = 0;
    for (int keys : KEYS_PER_TAG) {
      String name = label(keys);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("tags_per_s", rounds.median(name, "tags_per_s"));
      figures.put("keys_per_s", rounds.median(name, "keys_per_s"));
      figures.put("redis_us_per_key", rounds.median(name, "redis_us_per_key"));
      figures.put("slowest_call_ms", rounds.max(name, "slowest_call_ms"));
      figures.put("calls_over_5ms", rounds.sum(name, "calls_over_5ms"));
      figures.put("alive", rounds.sum(name, "alive"));
      variants.put(name, new Result.Figures(figures, cpu.medians(name)));
      violations += rounds.sum(name, "calls_over_5ms") + rounds.sum(name, "alive");
    }
    return new Result(variants, Map.of(), (long) violations);
  }

  private record Drained(Map<String, Double> figures, Map<String, Double> cpuSeconds) {}

  /** Stores entries, and measures how fast the sink deletes them. */
  private static final class Trial {
    private final TestBed bed;
    private final Topics topics;
    private final Entries entries;
    private final int keys;
    private long offset;

    Trial(TestBed bed, Topics topics, int keys) throws SQLException {
      this.bed = bed;
      this.topics = topics;
      this.entries = new Entries(bed.redis(), topics.namespace());
      this.keys = keys;
    }

    Drained run(int keysPerTag) throws InterruptedException {
      int tags = Math.max(1, keys / keysPerTag);
      int stored = tags * keysPerTag;
      RedisCommands<String, String> redis = bed.redis().sync();
      redis.flushall();
      entries.store(0, stored, keysPerTag);
      try (Sink sink =
          InvalidationStream.openSink(
              topics,
              InvalidationConfig.defaults(),
              bed.kafka(),
              bed.redisUri(),
              new SimpleMeterRegistry(),
              InstantSource.system())) {
        sink.nextOffsets(Sink.Assignment.all(1));
        sink.apply(
            List.of(
                record(
                    new Invalidation.Watermark(
                        new Lsn(1), FIRST_XID, FIRST_XID, 1)))); // marks count
        List<List<ConsumerRecord<byte[], byte[]>>> batches = batches(tags, keysPerTag);
        redis.slowlogReset();
        CpuTimes before = CpuTimes.now();
        double cpu = redisCpuSeconds(redis);
        long start = System.nanoTime();
        batches.forEach(sink::apply);
        double seconds = (System.nanoTime() - start) / 1e9;
        cpu = redisCpuSeconds(redis) - cpu;
        Map<String, Double> all = CpuTimes.now().since(before);
        SlowLog slow = SlowLog.read(redis, "evalsha"::equalsIgnoreCase);
        Map<String, Double> figures =
            Map.of(
                "tags_per_s",
                tags / seconds,
                "keys_per_s",
                stored / seconds,
                "redis_us_per_key",
                cpu * 1e6 / stored,
                "slowest_call_ms",
                slow.slowest(),
                "calls_over_5ms",
                slow.tooLong(),
                "alive",
                (double) entries.present(0, stored));
        return new Drained(figures, all);
      }
    }

    private List<List<ConsumerRecord<byte[], byte[]>>> batches(int tags, int keysPerTag) {
      List<List<ConsumerRecord<byte[], byte[]>>> batches = new ArrayList<>();
      for (int from = 0; from < tags; from += BATCH) {
        List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>(BATCH);
        for (int tag = from; tag < Math.min(tags, from + BATCH); tag++) {
          int id = tag * keysPerTag;
          batch.add(
              record(
                  new Invalidation.Stale(
                      Set.of("item:" + id),
                      Set.of(),
                      Set.of(),
                      new Invalidation.Cause(
                          'u',
                          new ChangeSource(
                              TestBed.TABLE,
                              "{\"id\":" + id + "}",
                              new Lsn(tag),
                              FIRST_XID + tag / TAGS_PER_TRANSACTION,
                              1)))));
        }
        batches.add(batch);
      }
      return batches;
    }

    private ConsumerRecord<byte[], byte[]> record(Invalidation invalidation) {
      byte[] key = new byte[0];
      byte[] value = InvalidationJson.write(invalidation);
      return new ConsumerRecord<>(topics.invalidations(), 0, offset++, key, value);
    }

    private static double redisCpuSeconds(RedisCommands<String, String> redis) {
      return redis
          .info("cpu")
          .lines()
          .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
          .sum();
    }
  }
}

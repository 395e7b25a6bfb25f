package dev.freshet.endtoend.bench;

import dev.freshet.cache.Filled;
import dev.freshet.cache.RedisTier;
import dev.freshet.events.Topics;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Whether Redis is empty again when all entries have expired, although nobody ever touched their
 * tags: {@code --rows} fills that live {@code --seconds}, over a hundredth as many tags, three
 * each.
 *
 * <p>A key that is left beyond those that were there before the first fill is a violation. The sink
 * hears nothing but heartbeats.
 */
final class LeakBench implements Bench {

  private static final int FILLS_PER_TAG = 100;
  private static final int VALUES_UNDER_WAY = 256;
  private static final String VALUE = "what a page shows ".repeat(6);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);

  @Override
  public String name() {
    return "leak";
  }

  @Override
  public String sentence() {
    return "Keys and memory that Redis keeps after all entries have expired.";
  }

  @Override
  public Options defaults() {
    return new Options(10, 1, 1, 1, 1_000_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Topics topics = new Topics("bench_leak");
    try (TestBed bed = TestBed.start(1, false, talk)) {
      TopicProvisioner.ensure(bed.kafka(), Chain.topics(topics));
      LiveSink sink = LiveSink.open(topics, bed.kafka(), bed.redisUri());
      try (sink) {
        return new Trial(bed, topics.namespace(), options, talk).run();
      }
    }
  }

  private static final class Trial {
    private final TestBed bed;
    private final RedisCommands<String, String> redis;
    private final String namespace;
    private final Options options;
    private final Consumer<String> talk;
    private final Map<String, Double> figures = new LinkedHashMap<>();

    Trial(TestBed bed, String namespace, Options options, Consumer<String> talk) {
      this.bed = bed;
      this.redis = bed.redis().sync();
      this.namespace = namespace;
      this.options = options;
      this.talk = talk;
    }

    Result run() throws Exception {
      long before = look("before");
      long start = System.nanoTime();
      long refused = fill();
      figures.put("fills_per_s", options.rows() / ((System.nanoTime() - start) / 1e9));
      figures.put("refused", (double) refused);
      look("filled");
      long filled = System.nanoTime();
      while (redis.dbsize() > before && System.nanoTime() - filled < PATIENCE.toNanos()) {
        LockSupport.parkNanos(POLL.toNanos());
      }
      figures.put("back_after_s", (System.nanoTime() - filled) / 1e9);
      long left = look("after") - before;
      return new Result(
          Map.of("fills", new Result.Figures(figures, Map.of())),
          Map.of(),
          Math.max(0, left) + refused);
    }

    private long look(String when) {
      long keys = redis.dbsize();
      double mib =
          redis
                  .info("memory")
                  .lines()
                  .filter(line -> line.startsWith("used_memory:"))
                  .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                  .sum()
              / (double) (1 << 20);
      figures.put("keys_" + when, (double) keys);
      figures.put("memory_" + when + "_mib", mib);
      talk.accept("%-6s %,10d keys, %,8.1f MiB".formatted(when, keys, mib));
      return keys;
    }

    /** How many were refused. */
    private long fill() throws Exception {
      RedisClient client = RedisClient.create(bed.redisUri());
      try (RedisTier tier = RedisTier.open(client, namespace)) {
        Random random = new Random(options.seed());
        int tags = Math.max(3, options.rows() / FILLS_PER_TAG);
        String incarnation = tier.incarnation("any");
        Duration timeToLive = Duration.ofSeconds(options.seconds());
        List<CompletableFuture<Filled>> underWay = new ArrayList<>(VALUES_UNDER_WAY);
        long refused = 0;
        for (int i = 0; i < options.rows(); i++) {
          List<String> of =
              List.of("row:" + i % tags, "part:" + random.nextInt(tags), "page:" + i % 7);
          underWay.add(
              tier.fillAsync("k" + i, VALUE, of, incarnation, LiveSink.NEWEST, timeToLive)
                  .toCompletableFuture());
          if (underWay.size() == VALUES_UNDER_WAY || i == options.rows() - 1) {
            refused += refused(underWay);
            underWay.clear();
          }
        }
        return refused;
      } finally {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }

    private static long refused(List<CompletableFuture<Filled>> underWay) throws Exception {
      long refused = 0;
      for (CompletableFuture<Filled> filled : underWay) {
        refused += filled.get() instanceof Filled.Stored ? 0 : 1;
      }
      return refused;
    }
  }
}

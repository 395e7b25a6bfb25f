package dev.freshet.endtoend.bench;

import com.sun.management.ThreadMXBean;
import dev.freshet.cache.Fill;
import dev.freshet.cache.Filled;
import dev.freshet.cache.FreshCache;
import dev.freshet.cache.FreshCacheBuilder;
import dev.freshet.cache.RedisTier;
import dev.freshet.cache.TtlClass;
import dev.freshet.events.Topics;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * The cache's ways beside what an application would do without it.
 *
 * <p>{@code l1_hit}: {@link FreshCache#get} of values in this process, one thread. {@code l2_hit}:
 * the same of values in Redis only, against {@code plain_get}, a Lettuce {@code GET}: on as many
 * threads that wait for each answer, over one connection. {@code fill}: the script, against {@code
 * plain_set_sadd}, {@code SET} and three {@code SADD} flushed at once: one thread, as many values
 * under way. A wrong or missing value is a violation.
 */
final class CacheBench implements Bench {

  private static final String L1_HIT = "l1_hit";
  private static final String L2_HIT = "l2_hit";
  private static final String PLAIN_GET = "plain_get";
  private static final String FILL = "fill";
  private static final String PLAIN_SET_SADD = "plain_set_sadd";
  private static final List<String> VARIANTS =
      List.of(L1_HIT, L2_HIT, PLAIN_GET, FILL, PLAIN_SET_SADD);

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private static final int KEYS = 10_000;
  private static final int READERS = 4;
  private static final int VALUES_UNDER_WAY = 64;
  private static final int OPS_BETWEEN_LOOKS_AT_THE_CLOCK = 64;
  private static final String VALUE = "{\"name\":\"" + "what a page shows ".repeat(20) + "\"}";
  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);
  private static final TtlClass CLASS = TtlClass.of("bench", TIME_TO_LIVE);
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public String sentence() {
    return "Reads from this process and from Redis, and fills, beside plain GET and SET + SADD.";
  }

  @Override
  public Options defaults() {
    return new Options(10, 1, 5, 1, KEYS);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Rounds rounds = new Rounds(VARIANTS);
    Topics topics = new Topics("bench_cache");
    try (TestBed bed = TestBed.start(1, false, talk)) {
      TopicProvisioner.ensure(bed.kafka(), Chain.topics(topics));
      LiveSink sink = LiveSink.open(topics, bed.kafka(), bed.redisUri());
      try (sink;
          Trial trial = new Trial(bed.redisUri(), topics.namespace(), options.rows())) {
        double roundSeconds = Math.max(0.2, (double) options.seconds() / options.rounds());
        for (String variant : options.warmUp() ? VARIANTS : List.<String>of()) {
          trial.run(variant, roundSeconds); // for the JIT compiler
        }
        Random random = new Random(options.seed());
        for (int round = 1; round <= options.rounds(); round++) {
          List<String> order = new ArrayList<>(VARIANTS);
          Collections.shuffle(order, random);
          for (String variant : order) {
            Map<String, Double> figures = trial.run(variant, roundSeconds);
            rounds.add(variant, figures);
            talk.accept(
                "round %d of %d: %-14s %,.0f ops/s"
                    .formatted(round, options.rounds(), variant, figures.get("ops_per_s")));
          }
        }
      }
    }
    return result(rounds);
  }

  private static Result result(Rounds rounds) {
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    double wrong = 0;
    for (String variant : VARIANTS) {
      Map<String, Double> figures = rounds.medians(variant);
      figures.remove("ops");
      figures.put("wrong", rounds.sum(variant, "wrong"));
      variants.put(variant, new Result.Figures(figures, Map.of()));
      wrong += rounds.sum(variant, "wrong");
    }
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("l2_vs_get", opsOf(rounds, L2_HIT) / opsOf(rounds, PLAIN_GET));
    ratios.put("fill_vs_set", opsOf(rounds, PLAIN_SET_SADD) / opsOf(rounds, FILL));
    return new Result(variants, ratios, (long) wrong);
  }

  private static double opsOf(Rounds rounds, String variant) {
    return rounds.median(variant, "ops_per_s");
  }

  /** One operation, or a few at once; how many were wrong. */
  private interface Step {
    int take(int number) throws Exception;
  }

  /** Stores values once, then runs a variant for a while. */
  private static final class Trial implements AutoCloseable {
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> reads;
    private final StatefulRedisConnection<String, String> writes;
    private final MeterRegistry nearFigures = new SimpleMeterRegistry();
    private final MeterRegistry farFigures = new SimpleMeterRegistry();
    private final FreshCache near;
    private final FreshCache far;
    private final RedisTier tier;
    private final String incarnation;
    private final ExecutorService threads = Executors.newFixedThreadPool(READERS);
    private final String[] keys;
    private final List<List<String>> tags = new ArrayList<>();

    Trial(String redisUri, String namespace, int rows) throws InterruptedException {
      client = RedisClient.create(redisUri);
      reads = client.connect();
      writes = client.connect();
      near = cache(namespace).metrics(nearFigures).build();
      far = cache(namespace).metrics(farFigures).nearBytes(1).build();
      tier = RedisTier.open(client, namespace);
      if (!near.awaitReady(READY_TIMEOUT) || !far.awaitReady(READY_TIMEOUT)) {
        throw new IllegalStateException("the cache was not ready within " + READY_TIMEOUT);
      }
      incarnation = tier.incarnation("any");
      keys = new String[rows];
      for (int i = 0; i < rows; i++) {
        keys[i] = "item:" + i;
        tags.add(tags(keys[i]));
        reads.sync().set(plain(keys[i]), VALUE);
      }
    }

    private FreshCacheBuilder cache(String namespace) {
      return FreshCache.builder().namespace(namespace).redis(client);
    }

    private static String plain(String key) {
      return "plain:entry:" + key;
    }

    /** The row, its category, its table. */
    private static List<String> tags(String key) {
      return List.of(key, "category:" + Math.floorMod(key.hashCode(), 100), "table:public.item");
    }

    private static String load(Fill fill) {
      fill.fence(LiveSink.NEWEST).tag(tags(fill.key()).toArray(String[]::new));
      return VALUE;
    }

    Map<String, Double> run(String variant, double seconds) throws Exception {
      return switch (variant) {
        case L1_HIT -> hits(near, nearFigures, "near", 1, seconds);
        case L2_HIT -> hits(far, farFigures, "far", READERS, seconds);
        case PLAIN_GET -> timed(READERS, 1, seconds, this::plainGet);
        case FILL -> timed(1, VALUES_UNDER_WAY, seconds, this::fill);
        case PLAIN_SET_SADD -> timed(1, VALUES_UNDER_WAY, seconds, this::plainSetSadd);
        default -> throw new IllegalStateException("no variant " + variant);
      };
    }

    /** Also counts how many were not where they should have been. */
    private Map<String, Double> hits(
        FreshCache cache, MeterRegistry registry, String where, int readers, double seconds)
        throws Exception {
      for (String key : keys) {
        get(cache, key);
      }
      double before = found(registry, where);
      Map<String, Double> figures =
          timed(readers, 1, seconds, i -> get(cache, keys[i % keys.length]));
      double ops = figures.getOrDefault("ops", 0.0);
      figures.put("missed", ops - (found(registry, where) - before));
      return figures;
    }

    private static int get(FreshCache cache, String key) {
      return cache.get(key, CLASS, String.class, Trial::load).equals(VALUE) ? 0 : 1;
    }

    private static double found(MeterRegistry registry, String where) {
      return registry.get("freshet.cache.gets").tag("result", where).counter().count();
    }

    private int plainGet(int number) {
      return VALUE.equals(reads.sync().get(plain(keys[number % keys.length]))) ? 0 : 1;
    }

    private int fill(int number) throws Exception {
      List<CompletableFuture<Filled>> underWay = new ArrayList<>(VALUES_UNDER_WAY);
      for (int i = 0; i < VALUES_UNDER_WAY; i++) {
        int at = (number * VALUES_UNDER_WAY + i) % keys.length;
        underWay.add(
            tier.fillAsync(
                    keys[at], VALUE, tags.get(at), incarnation, LiveSink.NEWEST, TIME_TO_LIVE)
                .toCompletableFuture());
      }
      int wrong = 0;
      for (CompletableFuture<Filled> filled : underWay) {
        wrong += filled.get() instanceof Filled.Stored ? 0 : 1;
      }
      return wrong;
    }

    private int plainSetSadd(int number) throws Exception {
      RedisAsyncCommands<String, String> redis = writes.async();
      SetArgs expiry = SetArgs.Builder.px(TIME_TO_LIVE);
      List<RedisFuture<?>> underWay = new ArrayList<>(4 * VALUES_UNDER_WAY);
      writes.setAutoFlushCommands(false);
      try {
        for (int i = 0; i < VALUES_UNDER_WAY; i++) {
          int at = (number * VALUES_UNDER_WAY + i) % keys.length;
          underWay.add(redis.set(plain(keys[at]), VALUE, expiry));
          for (String tag : tags.get(at)) {
            underWay.add(redis.sadd("plain:tag:" + tag, keys[at]));
          }
          writes.flushCommands();
        }
      } finally {
        writes.setAutoFlushCommands(true);
      }
      for (RedisFuture<?> done : underWay) {
        done.get();
      }
      return 0;
    }

    private Map<String, Double> timed(int readers, int opsPerStep, double seconds, Step step)
        throws Exception {
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      List<Future<long[]>> counts = new ArrayList<>();
      for (int reader = 0; reader < readers; reader++) {
        int first = reader * 7919;
        counts.add(threads.submit(() -> until(end, first, opsPerStep, step)));
      }
      double ops = 0;
      double wrong = 0;
      double allocated = 0;
      for (Future<long[]> count : counts) {
        ops += count.get()[0];
        wrong += count.get()[1];
        allocated += count.get()[2];
      }
      Map<String, Double> figures = new TreeMap<>();
      figures.put("ops_per_s", ops / ((System.nanoTime() - start) / 1e9));
      figures.put("ops", ops);
      figures.put("wrong", wrong);
      figures.put("bytes_per_op", allocated / ops);
      return figures;
    }

    /** Operations, wrong ones, bytes this thread allocated. */
    private static long[] until(long end, int first, int opsPerStep, Step step) throws Exception {
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      int between = Math.max(1, OPS_BETWEEN_LOOKS_AT_THE_CLOCK / opsPerStep);
      long steps = 0;
      long wrong = 0;
      while (System.nanoTime() - end < 0) {
        for (int i = 0; i < between; i++) {
          wrong += step.take((int) ((first + steps++) & 0x3FF_FFFF));
        }
      }
      return new long[] {
        steps * opsPerStep, wrong, THREADS.getCurrentThreadAllocatedBytes() - allocated
      };
    }

    @Override
    public void close() {
      threads.shutdownNow();
      near.close();
      far.close();
      tier.close();
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }
}

package dev.freshet.endtoend.bench;

import dev.freshet.events.Topics;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One stale tag with very many entries, and what others notice of it: {@code --rows} keys die while
 * two clients read others of their own.
 *
 * <p>Any command that Redis took longer than 5 ms for, and any key that is left, is a violation.
 */
final class HugeTagBench implements Bench {

  private static final String QUIET = "quiet";
  private static final String INVALIDATING = "invalidating";
  private static final String TAG = "item:0";
  private static final String BYSTANDER = "bystander";
  private static final int READERS = 2;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  @Override
  public String name() {
    return "huge-tag";
  }

  @Override
  public String sentence() {
    return "A stale tag of a million keys, and how long others wait for Redis meanwhile.";
  }

  @Override
  public Options defaults() {
    return new Options(3, 1, 3, 1, 1_000_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Rounds rounds = new Rounds(List.of(QUIET, INVALIDATING));
    Topics topics = new Topics("bench_huge");
    try (TestBed bed = TestBed.start(1, false, talk)) {
      TopicProvisioner.ensure(bed.kafka(), Chain.topics(topics));
      LiveSink sink = LiveSink.open(topics, bed.kafka(), bed.redisUri());
      try (sink) {
        Entries entries = new Entries(bed.redis(), topics.namespace());
        for (int round = 1; round <= options.rounds(); round++) {
          entries.store(0, options.rows(), options.rows());
          Map<String, Double> quiet =
              watched(
                  bed, () -> LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(options.seconds())));
          rounds.add(QUIET, quiet);
          Map<String, Double> busy = watched(bed, () -> kill(sink));
          busy.put("keys_per_s", options.rows() / busy.getOrDefault("seconds", 1.0));
          busy.put("alive", (double) entries.present(0, options.rows()));
          rounds.add(INVALIDATING, busy);
          talk.accept(
              "round %d of %d: %,d keys in %.2f s; GET p99 %.2f ms, quiet %.2f ms; slowest %.2f ms"
                  .formatted(
                      round,
                      options.rounds(),
                      options.rows(),
                      busy.get("seconds"),
                      busy.get("get_p99_ms"),
                      quiet.get("get_p99_ms"),
                      busy.get("slowest_command_ms")));
        }
      }
    }
    return result(rounds);
  }

  private static void kill(LiveSink sink) {
    sink.stale(TAG).orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static Result result(Rounds rounds) {
    Map<String, Result.Figures> variants = new LinkedHashMap<>();
    for (String variant : List.of(QUIET, INVALIDATING)) {
      Map<String, Double> figures = rounds.medians(variant);
      figures.put("slowest_command_ms", rounds.max(variant, "slowest_command_ms"));
      figures.put("commands_over_5ms", rounds.sum(variant, "commands_over_5ms"));
      variants.put(variant, new Result.Figures(figures, Map.of()));
    }
    double violations =
        rounds.sum(INVALIDATING, "commands_over_5ms") + rounds.sum(INVALIDATING, "alive");
    double p99 = rounds.median(INVALIDATING, "get_p99_ms") / rounds.median(QUIET, "get_p99_ms");
    return new Result(variants, Map.of("p99_vs_quiet", p99), (long) violations);
  }

  /** What two readers and Redis's own log of slow commands saw while something was done. */
  private static Map<String, Double> watched(TestBed bed, Runnable work) throws Exception {
    RedisCommands<String, String> redis = bed.redis().sync();
    redis.set(BYSTANDER, "value");
    redis.slowlogReset();
    RedisClient client = RedisClient.create(bed.redisUri());
    try {
      Reader[] readers = new Reader[READERS];
      for (int i = 0; i < READERS; i++) {
        readers[i] = new Reader(client.connect());
        readers[i].start();
      }
      long start = System.nanoTime();
      work.run();
      double seconds = (System.nanoTime() - start) / 1e9;
      long[] nanos = {};
      for (Reader reader : readers) {
        long[] more = reader.end();
        int had = nanos.length;
        nanos = Arrays.copyOf(nanos, had + more.length);
        System.arraycopy(more, 0, nanos, had, more.length);
      }
      Quantiles waits = Quantiles.ofNanos(nanos);
      SlowLog slow = SlowLog.read(redis, command -> true);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("seconds", seconds);
      figures.put("gets", (double) waits.count());
      figures.put("get_p50_ms", waits.millis(0.5));
      figures.put("get_p99_ms", waits.millis(0.99));
      figures.put("get_max_ms", waits.millis(1));
      figures.put("slowest_command_ms", slow.slowest());
      figures.put("commands_over_5ms", slow.tooLong());
      return figures;
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  /** Reads one key, five thousand times a second at most, and notes how long each took. */
  private static final class Reader extends Thread {
    private final StatefulRedisConnection<String, String> connection;
    private long[] nanos = new long[1 << 16];
    private int count;
    private volatile boolean over;

    Reader(StatefulRedisConnection<String, String> connection) {
      super("bystander");
      this.connection = connection;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!over) {
        long start = System.nanoTime();
        connection.sync().get(BYSTANDER);
        if (count == nanos.length) {
          nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = System.nanoTime() - start;
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }

    long[] end() throws InterruptedException {
      over = true;
      join();
      connection.close();
      return Arrays.copyOf(nanos, count);
    }
  }
}

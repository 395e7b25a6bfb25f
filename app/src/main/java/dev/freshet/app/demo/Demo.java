package dev.freshet.app.demo;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Pipeline;
import dev.freshet.app.Terminal;
import dev.freshet.app.monitor.Metrics;
import dev.freshet.app.monitor.MonitoringDoor;
import dev.freshet.cache.CacheEvent;
import dev.freshet.cache.Codec;
import dev.freshet.cache.Entries;
import dev.freshet.cache.FreshCache;
import dev.freshet.cache.RedisTier;
import dev.freshet.cache.TtlClass;
import dev.freshet.cache.WhenBehind;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.FreshetException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The embedded stack, all roles, the workload and its judge, in one process. */
final class Demo {

  /**
   * Nothing is loaded ahead of time, because each reader loads on its own connection; and nothing
   * is served when nobody knows how fresh it is, because the judge would not like it.
   */
  private static final TtlClass DASHBOARDS =
      TtlClass.of("dashboards", Duration.ofMinutes(10))
          .withEarliness(0)
          .withWhenBehind(WhenBehind.bypass());

  private static final long QUIET_WITHIN_NANOS = Duration.ofSeconds(15).toNanos();

  /**
   * How to run it.
   *
   * @param seconds how long; empty until it is told to stop
   * @param rate row changes a second
   * @param data where to keep state; empty for a temporary folder
   * @param seed of the workload
   */
  record Options(OptionalLong seconds, int rate, Optional<Path> data, long seed) {}

  private final Options options;
  private final Terminal terminal;
  private final CountDownLatch stop;
  private final Metrics metrics = new Metrics();
  private final MeterRegistry registry = metrics.registry();

  /**
   * @param stop ends the demo early when it is counted down
   */
  Demo(Options options, Terminal terminal, CountDownLatch stop) {
    this.options = options;
    this.terminal = terminal;
    this.stop = stop;
  }

  Report run() throws InterruptedException {
    MonitoringDoor door = null;
    try (EmbeddedStack stack = DemoStack.start(options.data(), terminal::say);
        Pipeline pipeline = new Pipeline()) {
      DemoDatabase database = new DemoDatabase(stack.postgres());
      boolean fresh = database.prepare();
      FreshetConfig config = DemoStack.config(stack);
      Path file = DemoStack.writeConfig(stack);
      door = MonitoringDoor.open(config.monitoring(), metrics, pipeline).orElse(null);
      pipeline.start(config, DemoViews.otherRoles(), registry, terminal::say);
      terminal.say(
          fresh
              ? "100 organizations, 500 facilities, 10,000 readings; 600 dashboards to cache"
              : "going on where the last run in this folder stopped");
      tellHowToLook(stack, file, door);
      return observe(stack, pipeline, database, config);
    } finally {
      if (door != null) {
        door.close();
      }
      metrics.close();
    }
  }

  private void tellHowToLook(EmbeddedStack stack, Path file, @Nullable MonitoringDoor door) {
    terminal.err().println();
    terminal.err().println("  look: http://" + DemoStack.CONSOLE);
    terminal.err().println();
    terminal.err().println("  try in another terminal:");
    terminal.err().println("    psql " + stack.postgres().uri());
    terminal.err().println("      UPDATE organizations SET name = 'Green Inc' WHERE id = 1;");
    terminal.err().println("    ./freshet why dashboard:org:1 -c " + file);
    terminal.err().println("    ./freshet tail -c " + file);
    terminal.err().println("    ./freshet latency --window 1m -c " + file);
    terminal.err().println("    ./freshet views -c " + file);
    if (door != null) {
      terminal.err().println("    curl " + door.url() + "/metrics");
    }
    terminal.err().println();
  }

  private Report observe(
      EmbeddedStack stack, Pipeline pipeline, DemoDatabase database, FreshetConfig config)
      throws InterruptedException {
    RedisClient client = RedisClient.create(stack.redisUri());
    SplittableRandom random = new SplittableRandom(options.seed());
    Reader.Counts counts = new Reader.Counts(random.split());
    LiveLine line = new LiveLine(terminal, registry);
    try (DemoViews views = new DemoViews(config, pipeline, registry, line::say);
        FreshCache whole = cache(client, config, counts);
        RedisTier redis = RedisTier.open(client, config.namespace())) {
      Entries<String> cache = whole.entries(DASHBOARDS, String.class);
      FreshnessCheck check = new FreshnessCheck(cache, redis, random.split());
      try (StatefulRedisPubSubConnection<String, String> deletions = client.connectPubSub();
          ReadReports reports =
              new ReadReports(config.kafka().connection(), config.topics().requests());
          Workload workload =
              new Workload(
                  database, cache, check, counts, reports, options.rate(), random.nextLong())) {
        deletions.addListener(
            new RedisPubSubAdapter<>() {
              @Override
              public void message(String channel, String key) {
                check.deleted(key, System.nanoTime());
              }
            });
        deletions.sync().subscribe("__keyevent@0__:del");
        workload.start();
        watch(pipeline, workload, check, views, line);
        workload.stopWriting();
        awaitQuiet(check);
        int cached = LastLook.compare(database, cache, check);
        terminal.say("compared %d cached dashboards with Postgres".formatted(cached));
        check.namedViolations().forEach(violation -> terminal.say("violation: " + violation));
        views.lastLook();
        return report(workload, check, views);
      } catch (SQLException e) {
        throw FreshetException.failed(
            "the demo could not compare its views with Postgres", e.toString(), "", e);
      }
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private FreshCache cache(RedisClient client, FreshetConfig config, Reader.Counts counts) {
    return FreshCache.builder()
        .namespace(config.namespace())
        .redis(client)
        .codec(Codec.text())
        .metrics(registry)
        .events(
            event -> {
              if (event instanceof CacheEvent.Load load && !load.outcome().equals("stored")) {
                counts.refused.incrementAndGet();
              }
            })
        .build();
  }

  private void watch(
      Pipeline pipeline, Workload workload, FreshnessCheck check, DemoViews views, LiveLine line)
      throws InterruptedException {
    long began = System.nanoTime();
    boolean greeted = false;
    while (!stop.await(1, TimeUnit.SECONDS)) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
      if (!greeted && check.firstDeletionNanos().isPresent()) {
        greeted = true;
        line.say("first key deleted %,d ms after the start".formatted(startupMillis(check)));
        views.start();
      }
      line.print(seconds, workload, check, views);
      refuseFailures(pipeline.failures(), workload);
      refuseFailures(views.failures(), workload);
      if (options.seconds().isPresent() && seconds >= options.seconds().getAsLong()) {
        break;
      }
    }
    line.end();
  }

  private static void refuseFailures(List<String> failures, Workload workload) {
    if (!failures.isEmpty()) {
      throw FreshetException.failed(
          "a service of the demo failed", String.join("\n", failures), "", null);
    }
    workload
        .failure()
        .ifPresent(
            e -> {
              throw FreshetException.failed("the demo's workload failed", e.toString(), "", e);
            });
  }

  private static void awaitQuiet(FreshnessCheck check) throws InterruptedException {
    long deadline = System.nanoTime() + QUIET_WITHIN_NANOS;
    while (check.underWay() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private Report report(Workload workload, FreshnessCheck check, DemoViews views) {
    long reads = workload.counts().reads.get();
    double hits = workload.counts().hits();
    return new Report(
        startupMillis(check),
        workload.changes(),
        (long) registry.counter("freshet.invalidation.tags").count(),
        (long) registry.counter("freshet.invalidation.keys.deleted").count(),
        check.violations(),
        check.latency(),
        reads,
        reads == 0 ? 0 : Math.round(1000 * hits / reads) / 1000.0,
        workload.counts().refused.get(),
        views.comparisons(),
        views.mismatches());
  }

  /** From the start of the JVM to the first deleted key; 0 when none was. */
  private static long startupMillis(FreshnessCheck check) {
    OptionalLong first = check.firstDeletionNanos();
    if (first.isEmpty()) {
      return 0;
    }
    long ageNanos = System.nanoTime() - first.getAsLong();
    return System.currentTimeMillis()
        - TimeUnit.NANOSECONDS.toMillis(ageNanos)
        - ManagementFactory.getRuntimeMXBean().getStartTime();
  }
}

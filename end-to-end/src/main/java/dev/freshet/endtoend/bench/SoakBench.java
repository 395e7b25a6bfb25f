package dev.freshet.endtoend.bench;

import dev.freshet.events.Lsn;
import dev.freshet.events.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Whether Freshet, all roles in one process of its own, stays as large as it is while commits and
 * requests come at a steady rate: heap, resident memory and lag, by the minute.
 *
 * <p>The heap of a minute is the least that was seen in it, which is about what the garbage
 * collector left. Violations: the process ended; a change was not applied within {@link #BOUND};
 * requests that nobody counted. Growth is a figure and no violation: in a short run it says
 * nothing.
 */
final class SoakBench implements Bench {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Of a short run, samples are so many parts of it. */
  private static final int LEAST_SAMPLES = 10;

  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(2);
  private static final String COUNTED = "freshet_requests_counted_total";

  private static final String CONFIG =
      """
      namespace: soak
      postgres: ${POSTGRES}
      kafka: ${KAFKA}
      redis: ${REDIS}
      monitoring: { listen: "127.0.0.1:0", stages: false }
      console: { listen: "127.0.0.1:0" }
      invalidate: { public.item: ["item:{id}"] }
      materializer: { state-directory: "${STATE}" }
      views:
        buckets: |
          SELECT id % 100 AS bucket, count(*) AS items, sum(version) AS versions
          FROM item GROUP BY id % 100
      """;

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String sentence() {
    return "Heap, resident memory and lag by the minute, under a steady load.";
  }

  @Override
  public Options defaults() {
    return Options.ofSoak(30, 2_000, 20_000, 100_000);
  }

  @Override
  public Result run(Options options, Consumer<String> talk) throws Exception {
    Path folder = Files.createTempDirectory("freshet-soak-");
    Path config = Files.writeString(folder.resolve("freshet.yaml"), CONFIG);
    try (TestBed bed = TestBed.start(options.rows(), false, talk);
        SoakProcess freshet =
            SoakProcess.start(
                config,
                Map.of(
                    "POSTGRES", bed.postgresUri(),
                    "KAFKA", bed.kafka().bootstrap(),
                    "REDIS", bed.redisUri(),
                    "STATE", folder.resolve("state").toString()))) {
      talk.accept("freshet runs; the load begins");
      return new Run(options, bed, freshet, talk).run();
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    org.apache.kafka.common.utils.Utils.delete(folder.toFile());
  }

  private static final class Run {
    private final Options options;
    private final TestBed bed;
    private final SoakProcess freshet;
    private final Consumer<String> talk;
    private final SoakSeries heap = new SoakSeries();
    private final SoakSeries resident = new SoakSeries();
    private final SoakSeries besidesViews = new SoakSeries();
    private double longestLagMillis;
    private double mostUncounted;
    private long violations;

    Run(Options options, TestBed bed, SoakProcess freshet, Consumer<String> talk) {
      this.options = options;
      this.bed = bed;
      this.freshet = freshet;
      this.talk = talk;
    }

    Result run() throws Exception {
      Duration whole = Duration.ofSeconds(options.seconds());
      Duration part = whole.dividedBy(LEAST_SAMPLES);
      long partNanos = (part.compareTo(MINUTE) < 0 ? part : MINUTE).toNanos();
      Map<String, Double> figures = new LinkedHashMap<>();
      SoakLoad load = new SoakLoad(bed, options, new Topics("soak").requests());
      try (load) {
        long begin = System.nanoTime();
        for (long end = partNanos; end <= whole.toNanos(); end += partNanos) {
          if (System.nanoTime() - begin < end) { // else the one before took longer than its part
            sample(load, begin + end);
          }
        }
        figures.put("commits_per_s", load.commits() / load.seconds());
        figures.put("requests_per_s", load.requests() / load.seconds());
      }
      awaitCounted(load);
      heap.into(figures, "heap", "mib");
      resident.into(figures, "rss", "mib");
      besidesViews.into(figures, "rss_besides_views", "mib");
      figures.put("lag_max_ms", longestLagMillis);
      figures.put("uncounted_max", mostUncounted);
      figures.put("own_exits", (double) freshet.ownExits());
      return new Result(
          Map.of("freshet", new Result.Figures(figures, Map.of())),
          Map.of(),
          violations + freshet.ownExits());
    }

    /** Looks until this time; what was seen is a sample. */
    private void sample(SoakLoad load, long until) throws Exception {
      double least = Double.MAX_VALUE;
      do {
        LockSupport.parkNanos(Math.min(LOOK_EVERY.toNanos(), until - System.nanoTime()));
        least = Math.min(least, freshet.page().heapMib());
        load.requireWell();
      } while (System.nanoTime() - until < 0);
      double lag = lagMillis();
      SoakProcess.Page page = freshet.page();
      double uncounted = load.requests() - page.sum(COUNTED);
      double rss = freshet.residentMib();
      heap.add(load.seconds(), least);
      resident.add(load.seconds(), rss);
      besidesViews.add(load.seconds(), rss - page.viewsMib());
      longestLagMillis = Math.max(longestLagMillis, lag);
      mostUncounted = Math.max(mostUncounted, uncounted);
      violations += lag > BOUND.toMillis() ? 1 : 0;
      talk.accept(
          "%5.1f min: heap %6.1f MiB, rss %6.1f MiB (views %.1f), lag %6.1f ms, %,d commits, %,d requests, %,.0f uncounted"
              .formatted(
                  load.seconds() / Options.SECONDS_PER_MINUTE,
                  least,
                  rss,
                  page.viewsMib(),
                  lag,
                  load.commits(),
                  load.requests(),
                  uncounted));
    }

    /** How long it takes until everything that is committed now is applied. */
    private double lagMillis() throws SQLException {
      long begin = System.nanoTime();
      Lsn now = logEnd();
      while (System.nanoTime() - begin < PATIENCE.toNanos()) {
        String reached = bed.redis().sync().hget("soak:{0}:head", "lsn");
        if (reached != null && Lsn.parse(reached).compareTo(now) >= 0) {
          break;
        }
        LockSupport.parkNanos(POLL.toNanos());
      }
      return (System.nanoTime() - begin) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private Lsn logEnd() throws SQLException {
      try (Connection connection = bed.connect();
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
        row.next();
        return Lsn.parse(row.getString(1));
      }
    }

    private void awaitCounted(SoakLoad load) throws Exception {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (freshet.page().sum(COUNTED) < load.requests()) {
        if (System.nanoTime() - end > 0) {
          talk.accept("VIOLATION requests that nobody counted");
          violations++;
          return;
        }
        LockSupport.parkNanos(LOOK_EVERY.toNanos() / 10);
      }
    }
  }
}

package dev.freshet.console.api;

import dev.freshet.console.model.Freshness;
import dev.freshet.console.model.Latencies;
import dev.freshet.console.model.Model;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.HealthReport;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.Lsn;
import dev.freshet.runtime.Health;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Is it fresh, and where is the time.
 *
 * @param asOf when this was put together, to the second
 * @param state the worst of the stages
 * @param sentence the same for people
 * @param commitToDelete of the row changes of the last minute
 * @param changesPerSecond row changes that made something stale, over 10 seconds
 * @param tagsPerSecond distinct tags applied, batch by batch
 * @param keysPerSecond keys deleted
 * @param keysDeleted in the last hour
 * @param lastChange when capture wrote the newest of them
 * @param reachedLsn everything committed before it is applied; null until a heartbeat went through
 * @param reachedCommit the commit time of that heartbeat
 * @param reachedExact whether that is so for all tables: not when a topic of changes has several
 *     partitions, of which one may be later than the heartbeat
 * @param stages in the order of the data
 */
public record Status(
    String namespace,
    @Nullable String asOf,
    State state,
    String sentence,
    Percentiles commitToDelete,
    double changesPerSecond,
    double tagsPerSecond,
    double keysPerSecond,
    long keysDeleted,
    @Nullable String lastChange,
    @Nullable String lastApplied,
    @Nullable String reachedLsn,
    @Nullable String reachedCommit,
    boolean reachedExact,
    List<Stage> stages) {

  private static final long MINUTE = 60_000;
  private static final int RATE_SECONDS = 10;

  /** Rows of latencies come every few seconds; without one for so long, they stand still. */
  private static final Duration OLDEST_ROW = Duration.ofMinutes(1);

  /**
   * At this moment.
   *
   * @param console how the reading of the topics goes
   */
  public static Status of(Model model, Health console, Setup setup, long nowMillis) {
    boolean reading = console.state() == Health.State.STARTING;
    long silentAfter = reading ? Long.MAX_VALUE : setup.silentAfterMs();
    Duration freshWithin = Duration.ofMillis(setup.freshWithinMs());
    Freshness freshness = model.freshness();
    ExponentialHistogram recent = freshness.commitToDelete().within(nowMillis, MINUTE);
    Optional<Lsn> reached = freshness.positions().reached();
    long reachedMillis = freshness.positions().reachedMicros() / 1000;
    boolean silent = reached.isPresent() && nowMillis - reachedMillis > silentAfter;
    boolean captured = nowMillis - freshness.positions().capturedMicros() / 1000 <= silentAfter;
    List<Stage> stages =
        stages(model, setup, nowMillis, stopped(silent && !captured), stopped(silent && captured));
    State state = reached.isEmpty() ? State.UNKNOWN : silent ? State.STOPPED : State.OK;
    if (recent.count() > 0 && state == State.OK) {
      state = pace(recent, freshWithin);
    }
    boolean blind = console.state() == Health.State.DEGRADED;
    String trouble = blind ? "This console: " + console.detail() + ". What it shows is old." : "";
    if (blind) {
      state = State.STOPPED;
    } else if (reading) {
      state = State.UNKNOWN;
      trouble = "This console still reads what was there before it.";
    } else {
      Optional<HealthReport> away = model.system().away(nowMillis);
      if (away.isPresent()) {
        state = state.or(State.SLOW);
        trouble = trouble(away.get());
      }
    }
    return new Status(
        model.topics().namespace(),
        Answers.time(nowMillis / 1000 * 1000),
        state,
        blind || reading
            ? trouble
            : (sentence(state, recent, nowMillis - reachedMillis) + trouble).strip(),
        Percentiles.of(recent),
        Answers.rate(freshness.changes().perSecond(nowMillis, RATE_SECONDS)),
        Answers.rate(freshness.tags().perSecond(nowMillis, RATE_SECONDS)),
        Answers.rate(freshness.keys().perSecond(nowMillis, RATE_SECONDS)),
        freshness.keys().lastHour(nowMillis),
        Answers.time(freshness.lastChangeMillis()),
        Answers.time(freshness.lastAppliedMillis()),
        reached.map(Lsn::toString).orElse(null),
        Answers.time(reachedMillis),
        freshness.positions().isExact(),
        stages);
  }

  private static String sentence(State state, ExponentialHistogram recent, long silentMillis) {
    return switch (state) {
      case UNKNOWN -> "No heartbeat has come through yet: is capture running?";
      case STOPPED ->
          "Nothing has come through for %d s: the cache may be stale."
              .formatted(silentMillis / 1000);
      case SLOW, OK ->
          recent.count() == 0
              ? (state == State.OK ? "Fresh. " : "")
                  + "No row change made anything stale in the last minute."
              : String.format(
                  Locale.ROOT,
                  "%s. Of %,d changes in the last minute, 99\u00a0%% were applied within %s of"
                      + " their commit.",
                  state == State.OK ? "Fresh" : "Behind",
                  recent.count(),
                  words(recent.quantileNanos(0.99) / 1e6));
    };
  }

  private static String trouble(HealthReport away) {
    return " %s %s could not be looked at: %s."
        .formatted(away.component(), away.instance(), away.problem());
  }

  private static String words(double millis) {
    return millis >= 1000
        ? String.format(Locale.ROOT, "%.1f s", millis / 1000)
        : String.format(Locale.ROOT, "%.1f ms", millis);
  }

  private static State stopped(boolean so) {
    return so ? State.STOPPED : State.OK;
  }

  private static State pace(ExponentialHistogram durations, Duration freshWithin) {
    if (durations.count() == 0) {
      return State.OK;
    }
    return durations.quantileNanos(0.99) > freshWithin.toNanos() ? State.SLOW : State.OK;
  }

  private static List<Stage> stages(
      Model model, Setup setup, long nowMillis, State ingest, State applying) {
    Duration freshWithin = Duration.ofMillis(setup.freshWithinMs());
    Freshness freshness = model.freshness();
    ExponentialHistogram capture = freshness.commitToKafka().within(nowMillis, MINUTE);
    ExponentialHistogram sink = freshness.kafkaToRedis().within(nowMillis, MINUTE);
    boolean captureIsSlowest =
        capture.count() > 0 && capture.quantileNanos(0.5) > sink.quantileNanos(0.5);
    boolean known = capture.count() > 0 && sink.count() > 0;
    return List.of(
        new Stage(
            "ingest",
            "Postgres",
            "Kafka",
            ingest.or(pace(capture, freshWithin)),
            Percentiles.of(capture),
            null,
            Answers.rate(freshness.changes().perSecond(nowMillis, RATE_SECONDS)),
            known && captureIsSlowest,
            "from the commit to the change in Kafka",
            model.system().lastProblem(List.of("postgres", "kafka")),
            model.system().disturbances("ingest", nowMillis)),
        new Stage(
            "invalidation-stream",
            "Kafka",
            "Redis",
            applying.or(pace(sink, freshWithin)),
            Percentiles.of(sink),
            behind(lagOf(model, "-invalidation-stream", nowMillis), freshness.waiting()),
            Answers.rate(freshness.tags().perSecond(nowMillis, RATE_SECONDS)),
            known && !captureIsSlowest,
            "from the change in Kafka to the deleted keys",
            model.system().lastProblem(List.of("kafka", "redis")),
            model.system().disturbances("invalidation-stream", nowMillis)),
        metrics(model, setup, nowMillis));
  }

  /** As the newest report about Kafka says, which may be some seconds old. */
  private static OptionalLong lagOf(Model model, String group, long nowMillis) {
    return model.system().consumerLag(model.topics().namespace() + group, nowMillis);
  }

  private static @Nullable Long behind(OptionalLong stream, int sink) {
    return stream.isEmpty() && sink == 0 ? null : Long.valueOf(stream.orElse(0) + sink);
  }

  /**
   * Whether nobody writes rows any more. Asked of the sum of all, which is written at every turn.
   */
  public static boolean standsStill(LatencyRow total, long nowMillis) {
    return nowMillis - total.asOfMillis() > OLDEST_ROW.toMillis();
  }

  /** How old the newest complete second of the requests is. */
  private static Stage metrics(Model model, Setup setup, long nowMillis) {
    Latencies latencies = model.latencies();
    Optional<LatencyRow> total =
        setup.windows().stream()
            .flatMap(window -> latencies.row(LatencyRow.TOTAL, LatencyRow.TOTAL, window).stream())
            .findFirst();
    OptionalLong behind = lagOf(model, "-metrics-aggregator", nowMillis);
    State state =
        total.isEmpty()
            ? State.UNKNOWN
            : standsStill(total.get(), nowMillis) ? State.STOPPED : State.OK;
    return new Stage(
        "metrics-aggregator",
        "requests",
        "latency",
        state,
        null,
        behind.isPresent() ? behind.getAsLong() : null,
        state == State.OK ? Answers.rate(total.map(LatencyRow::rate).orElse(0.0)) : null,
        false,
        total
            .map(
                row ->
                    "windows are %d s old"
                        .formatted(Math.max(0, (nowMillis - row.asOfMillis()) / 1000)))
            .orElse("no requests have been counted yet"),
        model.system().lastProblem(List.of("kafka")),
        model.system().disturbances("metrics-aggregator", nowMillis));
  }
}

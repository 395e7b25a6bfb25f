package dev.freshet.runtime.health;

import dev.freshet.events.HealthReport;
import dev.freshet.events.HealthReport.Level;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the probes on a timer, one after the other on one thread, and tells what they found: as
 * gauges and as reports. A probe that fails is a critical report, a gauge and one line in the log;
 * the next round asks it again. It never stops anything.
 */
public final class HealthWatch implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final int LONGEST_PROBLEM = 300;

  private final List<Probe> probes;
  private final Map<Figure, Threshold> thresholds;
  private final Duration every;
  private final InstantSource clock;
  private final Reports reports;
  private final MeterRegistry registry;
  private final Map<Figure, MultiGauge> gauges = new EnumMap<>(Figure.class);
  private final MultiGauge levels;
  private final Set<Probe> failing = new HashSet<>();
  private final ScheduledExecutorService timer;
  private volatile Health health = Health.of(Health.State.STARTING);

  /** Where reports go. */
  public interface Reports extends Consumer<HealthReport>, AutoCloseable {

    /** Says that nothing more comes of this part. */
    void gone(String component, String instance);

    @Override
    void close();
  }

  /**
   * @param thresholds those that differ from the figures' own
   */
  public HealthWatch(
      List<Probe> probes,
      Map<Figure, Threshold> thresholds,
      Duration every,
      InstantSource clock,
      Reports reports,
      MeterRegistry registry) {
    this.probes = List.copyOf(probes);
    this.thresholds = Map.copyOf(thresholds);
    this.every = every;
    this.clock = clock;
    this.reports = reports;
    this.registry = registry;
    this.levels =
        MultiGauge.builder("freshet.health.level")
            .description("The worst figure of a part: 0 is well, 1 warning, 2 critical")
            .register(registry);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "freshet-health");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public String name() {
    return "health";
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
  public void start() {
    timer.scheduleWithFixedDelay(
        this::lookSafely, FIRST.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    health = Health.of(Health.State.RUNNING);
  }

  @Override
  public Health health() {
    return health;
  }

  private void lookSafely() {
    try {
      look();
    } catch (RuntimeException e) {
      // A timer forgets a task that throws.
      LOG.warn("a look at the system's health failed", e);
    }
  }

  /** One round. */
  void look() {
    Map<Figure, List<MultiGauge.Row<?>>> rows = new EnumMap<>(Figure.class);
    List<MultiGauge.Row<?>> worst = new ArrayList<>();
    for (Probe probe : probes) {
      HealthReport report = ask(probe, rows);
      worst.add(MultiGauge.Row.of(tags(probe), number(report.level())));
      reports.accept(report);
    }
    gauges.forEach((figure, gauge) -> rows.putIfAbsent(figure, List.of()));
    rows.forEach((figure, found) -> gauge(figure).register(found, true));
    levels.register(worst, true);
  }

  private HealthReport ask(Probe probe, Map<Figure, List<MultiGauge.Row<?>>> rows) {
    List<HealthReport.Gauge> found = new ArrayList<>();
    String problem = "";
    try {
      for (Reading reading : probe.read()) {
        Figure figure = reading.figure();
        found.add(
            new HealthReport.Gauge(
                figure.gauge(), reading.labels(), reading.value(), level(reading)));
        Tags tags = tags(probe);
        for (Map.Entry<String, String> label : reading.labels().entrySet()) {
          tags = tags.and(label.getKey(), label.getValue());
        }
        rows.computeIfAbsent(figure, key -> new ArrayList<>())
            .add(MultiGauge.Row.of(tags, reading.value()));
      }
      if (failing.remove(probe)) {
        LOG.info("{} {} answers again", probe.component(), probe.instance());
      }
    } catch (Exception e) {
      problem = problem(e);
      found.clear();
      if (failing.add(probe)) {
        LOG.warn("{} {} does not answer: {}", probe.component(), probe.instance(), problem);
      }
    }
    return new HealthReport(
        probe.component(), probe.instance(), clock.millis(), every.toMillis(), problem, found);
  }

  private static int number(Level level) {
    return switch (level) {
      case OK -> 0;
      case WARN -> 1;
      case CRITICAL -> 2;
    };
  }

  private static String problem(Exception e) {
    String text = e.getClass().getSimpleName() + ": " + e.getMessage();
    return text.length() <= LONGEST_PROBLEM ? text : text.substring(0, LONGEST_PROBLEM);
  }

  private Level level(Reading reading) {
    Threshold set = thresholds.get(reading.figure());
    if (set != null) {
      return set.level(reading.value());
    }
    return reading.figure().threshold().map(t -> t.level(reading.value())).orElse(Level.OK);
  }

  private static Tags tags(Probe probe) {
    return Tags.of(Tag.of("component", probe.component()), Tag.of("instance", probe.instance()));
  }

  private MultiGauge gauge(Figure figure) {
    return gauges.computeIfAbsent(
        figure,
        key ->
            MultiGauge.builder("freshet.health." + key.path())
                .description(key.meaning())
                .register(registry));
  }

  @Override
  public void close() {
    health = Health.of(Health.State.STOPPED);
    timer.shutdown();
    try {
      if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      timer.shutdownNow();
      Thread.currentThread().interrupt();
    }
    for (Probe probe : probes) {
      if (probe instanceof ProcessProbe) {
        reports.gone(probe.component(), probe.instance());
      }
      probe.close();
    }
    reports.close();
  }
}

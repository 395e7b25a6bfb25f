package dev.freshet.console.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.events.HealthReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The newest report of each part of the system, and for the last hour how much WAL each slot keeps.
 * At most {@value #MOST} parts and {@value #MOST_SLOTS} slots; others are passed over. Thread-safe.
 */
public final class SystemHealth {

  static final int MOST = 1_000;
  static final int MOST_SLOTS = 100;
  private static final int MOST_SAMPLES = 720;
  private static final long HOUR = 3_600_000;
  private static final String RETAINED = "slot_retained_bytes";
  private static final String LEFT = "slot_left_bytes";
  private static final String SLOT = "slot";
  private static final String LAG = "consumer_lag";
  private static final String PGBOUNCER = "pgbouncer";
  private static final String POOL_USED = "pool_used_ratio";
  private static final String WAITING = "waiting_clients";

  /** How much WAL a slot kept at a time. */
  private record Sample(long millis, double bytes) {}

  /**
   * What Postgres keeps for a slot.
   *
   * @param bytes of WAL that it cannot remove yet
   * @param left bytes until Postgres drops what the slot needs; empty without such a limit
   * @param bytesPerSecond by which it grew over the last hour, or since it is known; 0 when it
   *     shrank
   * @param seenMillis when this was so
   * @param current whether that was just now
   */
  public record Kept(
      String slot,
      double bytes,
      Optional<Double> left,
      double bytesPerSecond,
      long seenMillis,
      boolean current) {

    /** Hours until nothing is left at this rate; empty when it does not grow, or has no limit. */
    public Optional<Double> hoursLeft() {
      return left.filter(bytes -> bytesPerSecond > 0).map(bytes -> bytes / bytesPerSecond / 3600);
    }
  }

  private final Map<String, HealthReport> parts = new TreeMap<>();
  private final Map<String, Deque<Sample>> slots = new HashMap<>();

  /** The last report of trouble, by component: there are five kinds. */
  private final Map<String, HealthReport> problems = new HashMap<>();

  private final Disturbances disturbances = new Disturbances();

  private static String key(String component, String instance) {
    return component + '\u0000' + instance;
  }

  synchronized void put(HealthReport report) {
    String key = key(report.component(), report.instance());
    if (parts.size() >= MOST && !parts.containsKey(key)) {
      return;
    }
    disturbances.see(parts.put(key, report), report);
    if (!report.problem().isEmpty()) {
      problems.put(report.component(), report);
    }
    for (HealthReport.Gauge gauge : report.gauges()) {
      String slot = gauge.labels().get(SLOT);
      if (gauge.name().equals(RETAINED) && slot != null) {
        sample(slot, new Sample(report.timeMillis(), gauge.value()));
      }
    }
  }

  private void sample(String slot, Sample sample) {
    if (slots.size() >= MOST_SLOTS && !slots.containsKey(slot)) {
      return;
    }
    Deque<Sample> samples = slots.computeIfAbsent(slot, absent -> new ArrayDeque<>());
    samples.addLast(sample);
    while (samples.size() > MOST_SAMPLES || samples.getFirst().millis() < sample.millis() - HOUR) {
      samples.removeFirst();
    }
  }

  synchronized void remove(JsonNode key) {
    parts.remove(key(key.path(0).asText(), key.path(1).asText()));
  }

  /** The newest report of every part, by component and instance. */
  public synchronized List<HealthReport> parts() {
    return List.copyOf(parts.values());
  }

  /** The last time that one of these components could not be looked at, over or not. */
  public synchronized Optional<HealthReport> lastProblem(List<String> components) {
    return components.stream()
        .flatMap(component -> Optional.ofNullable(problems.get(component)).stream())
        .max(Comparator.comparingLong(HealthReport::timeMillis));
  }

  /** What kept a stage from its work within the last hour, the oldest first. */
  public synchronized List<Disturbance> disturbances(String stage, long nowMillis) {
    return disturbances.of(stage, nowMillis);
  }

  /** How many parts have reported. */
  public synchronized int size() {
    return parts.size();
  }

  /** Records a consumer group has not read; empty while no report of now says. */
  public synchronized OptionalLong consumerLag(String group, long nowMillis) {
    return parts.values().stream()
        .filter(report -> !report.isOutdated(nowMillis))
        .flatMap(report -> report.gauges().stream())
        .filter(gauge -> gauge.name().equals(LAG) && group.equals(gauge.labels().get("group")))
        .mapToLong(gauge -> Math.round(gauge.value()))
        .findFirst();
  }

  /** The part that could not be looked at just now, if there is one. */
  public synchronized Optional<HealthReport> away(long nowMillis) {
    return parts.values().stream()
        .filter(report -> !report.problem().isEmpty() && !report.isOutdated(nowMillis))
        .findFirst();
  }

  /**
   * A pool of PgBouncer.
   *
   * @param used of its server connections, 0 to 1
   * @param waiting clients that wait for one
   * @param level what the worst of its figures means
   * @param current whether this was told just now
   */
  public record Pool(
      String name, double used, long waiting, HealthReport.Level level, boolean current) {}

  /** The pool with most clients waiting, then the fullest; empty while none is known. */
  public synchronized Optional<Pool> fullestPool(long nowMillis) {
    return parts.values().stream()
        .filter(report -> report.component().equals(PGBOUNCER))
        .flatMap(
            report ->
                report.gauges().stream()
                    .filter(gauge -> gauge.name().equals(POOL_USED))
                    .map(used -> pool(report, used, !report.isOutdated(nowMillis))))
        .max(
            Comparator.comparing(Pool::current)
                .thenComparing(Pool::waiting)
                .thenComparing(Pool::used));
  }

  private static Pool pool(HealthReport report, HealthReport.Gauge used, boolean current) {
    List<HealthReport.Gauge> same =
        report.gauges().stream().filter(gauge -> gauge.labels().equals(used.labels())).toList();
    return new Pool(
        used.labels().getOrDefault("pool", ""),
        used.value(),
        same.stream()
            .filter(gauge -> gauge.name().equals(WAITING))
            .mapToLong(gauge -> Math.round(gauge.value()))
            .sum(),
        same.stream()
            .map(HealthReport.Gauge::level)
            .max(Comparator.naturalOrder())
            .orElse(HealthReport.Level.OK),
        current);
  }

  /** The slot most WAL is kept for; empty while no slot is known. */
  public synchronized Optional<Kept> mostKept(long nowMillis) {
    List<Kept> all = new ArrayList<>();
    for (HealthReport report : parts.values()) {
      for (HealthReport.Gauge gauge : report.gauges()) {
        String slot = gauge.labels().get(SLOT);
        if (gauge.name().equals(RETAINED) && slot != null) {
          all.add(
              new Kept(
                  slot,
                  gauge.value(),
                  left(report, slot),
                  growth(slot),
                  report.timeMillis(),
                  !report.isOutdated(nowMillis)));
        }
      }
    }
    return all.stream().max(Comparator.comparing(Kept::current).thenComparingDouble(Kept::bytes));
  }

  private static Optional<Double> left(HealthReport report, String slot) {
    return report.gauges().stream()
        .filter(gauge -> gauge.name().equals(LEFT) && slot.equals(gauge.labels().get(SLOT)))
        .map(HealthReport.Gauge::value)
        .findFirst();
  }

  private double growth(String slot) {
    Deque<Sample> samples = slots.get(slot);
    if (samples == null || samples.size() < 2) {
      return 0;
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double seconds = (last.millis() - first.millis()) / 1000.0;
    return seconds <= 0 ? 0 : Math.max(0, (last.bytes() - first.bytes()) / seconds);
  }

  /** What a slot kept in each of {@code points} stretches before this moment; NaN when unknown. */
  public synchronized double[] line(String slot, long nowMillis, int points, int seconds) {
    double[] line = new double[points];
    Arrays.fill(line, Double.NaN);
    for (Sample sample : slots.getOrDefault(slot, new ArrayDeque<>())) {
      long ago = (nowMillis - sample.millis()) / 1000 / seconds;
      if (ago >= 0 && ago < points) {
        line[(int) (points - 1 - ago)] = sample.bytes();
      }
    }
    return line;
  }
}

package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Alert;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.RequestCounts;
import dev.freshet.metrics.slo.Slo.Indicator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ObjectivesTest {

  private static final long START = 1_790_000_040_000L; // a full minute
  private static final Slo ERRORS = slo(Indicator.ERRORS, 0.999);

  private final Map<String, byte[]> kept = new HashMap<>();
  private final List<String> told = new ArrayList<>();
  private Map<String, Slo> slos = Map.of();
  private Objectives objectives = objectives(ERRORS);
  private long minute = START / 60_000;

  static Slo slo(Indicator indicator, double objective) {
    return new Slo(
        indicator,
        objective,
        indicator == Indicator.LATENCY ? Optional.of(Duration.ofMillis(500)) : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        100);
  }

  static LatencyMinute minute(long minute, long total, long errors) {
    return new LatencyMinute(
        LatencyRow.TOTAL,
        LatencyRow.TOTAL,
        minute * 60_000,
        new RequestCounts(total, errors, 0, 0, 0, 0),
        new ExponentialHistogram());
  }

  private Objectives objectives(Slo slo) {
    slos = Map.of("shop", slo);
    Objectives made =
        new Objectives(
            slos,
            Patience.STANDARD,
            (key, value) -> {
              if (value == null) {
                kept.remove(key);
              } else {
                kept.put(key, value);
              }
            });
    kept.forEach((key, value) -> assertThat(made.restore(key, value)).isTrue());
    return made;
  }

  private void add(LatencyMinute minute) {
    SloMinute.of(slos, minute).forEach(objectives::add);
  }

  /** Some minutes of traffic, judged every ten seconds after each has closed. */
  private void pass(int minutes, long total, long errors) {
    for (int i = 0; i < minutes; i++, minute++) {
      if (total > 0) {
        add(minute(minute, total, errors));
      }
      for (int second = 0; second < 60; second += 10) {
        for (Alert alert : objectives.judge((minute + 1) * 60_000 + second * 1000L)) {
          told.add("%d %s %s".formatted(minute - START / 60_000, alert.windows(), alert.state()));
        }
      }
    }
  }

  @Test
  void aFastBurnPagesInMinutesAndIsResolvedWhenItIsOver() {
    pass(60, 1000, 0);
    pass(10, 1000, 500);
    // The second bad minute takes the hour above 14.4 x 0.1 %; two minutes later it still holds.
    assertThat(told)
        .containsSubsequence("61 1h/5m PENDING", "63 1h/5m FIRING")
        .doesNotContain("70 1h/5m RESOLVED");
    told.clear();
    pass(70, 1000, 0);
    assertThat(told).containsOnlyOnce("79 1h/5m RESOLVED").doesNotContain("90 1h/5m FIRING");
  }

  @Test
  void aSlowBurnIsATicketOnly() {
    pass(4320, 100, 0);
    for (int i = 0; i < 360 * 8; i++) {
      pass(1, 100, i % 2 == 0 ? 1 : 0);
    }
    assertThat(told)
        .filteredOn(line -> line.contains("FIRING"))
        .singleElement()
        .asString()
        .contains("3d/6h");
  }

  @Test
  void whatHoversAtTheThresholdDoesNotFlap() {
    Random random = new Random(7);
    pass(60, 10_000, 0);
    for (int i = 0; i < 600; i++) {
      pass(1, 10_000, 144 + random.nextInt(-10, 11));
    }
    assertThat(told).filteredOn(line -> line.contains("1h/5m FIRING")).hasSizeLessThanOrEqualTo(1);
    assertThat(told).filteredOn(line -> line.contains("1h/5m RESOLVED")).isEmpty();
  }

  @Test
  void aHandfulOfRequestsSaysNothing() {
    pass(60, 3, 3);
    assertThat(told).filteredOn(line -> line.contains("1h/5m")).isEmpty();
  }

  @Test
  void anOutageThatStopsTrafficDoesNotResolveItsAlert() {
    pass(30, 1000, 0);
    pass(10, 1000, 900);
    told.clear();
    pass(30, 0, 0);
    assertThat(told).isEmpty();
    pass(60, 0, 0);
    assertThat(told).anyMatch(line -> line.endsWith("1h/5m RESOLVED"));
  }

  @Test
  void aBadHourOfAYoungHistoryIsNoTicketOfThreeDays() {
    pass(60, 1000, 0);
    pass(60, 1000, 30); // 30 times too fast, and 60 of 4320 minutes
    assertThat(told)
        .anyMatch(line -> line.endsWith("1h/5m FIRING"))
        .noneMatch(line -> line.contains("3d/6h"));
  }

  @Test
  void anOutageFromTheFirstMinuteIsToldAtOnce() {
    pass(10, 1000, 1000);
    assertThat(told).contains("2 1h/5m FIRING");
  }

  @Test
  void aServiceWithMoreRoutesThanTheLimitIsATicketUntilItHasFewer() {
    for (int i = 0; i < 4; i++) {
      add(
          new LatencyMinute(
              "shop",
              LatencyRow.OTHER,
              minute * 60_000,
              new RequestCounts(1, 0, 0, 0, 0, 0),
              new ExponentialHistogram()));
      pass(1, 10, 0);
    }
    assertThat(told).containsExactly("0 5m/5m PENDING", "2 5m/5m FIRING");
    objectives = objectives(ERRORS);
    pass(12, 10, 0);
    assertThat(told).last().asString().endsWith("5m/5m RESOLVED");
    assertThat(told).hasSize(3);
  }

  @Test
  void moreServicesThanTheLimitAreATicket() {
    for (int i = 0; i < 4; i++) {
      for (String route : List.of(LatencyRow.TOTAL, LatencyRow.OTHER, "/")) {
        add(
            new LatencyMinute(
                LatencyRow.OTHER,
                route,
                minute * 60_000,
                new RequestCounts(1, 0, 0, 0, 0, 0),
                new ExponentialHistogram()));
      }
      pass(1, 10, 0);
    }
    assertThat(told).containsExactly("0 5m/5m PENDING", "2 5m/5m FIRING");
  }

  @Test
  void lateRequestsReplaceTheirMinute() {
    MinuteRing ring = new MinuteRing();
    ring.set(100, 1, 10);
    ring.set(101, 0, 10);
    ring.set(100, 2, 20);
    assertThat(ring.sum(101, 2)).isEqualTo(new MinuteRing.Sum(2, 30));
    ring.set(100 + MinuteRing.SIZE, 5, 5);
    ring.set(100, 9, 9);
    assertThat(ring.sum(101, 2)).isEqualTo(new MinuteRing.Sum(0, 10));
    assertThat(ring.sum(100 + MinuteRing.SIZE, 1)).isEqualTo(new MinuteRing.Sum(5, 5));
  }

  @Test
  void aRestartAtAnyMomentChangesNothing() {
    Random random = new Random(11);
    List<long[]> history = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      history.add(new long[] {random.nextInt(2000), random.nextInt(10) < 3 ? 400 : 0});
    }
    history.forEach(step -> pass(1, step[0], Math.min(step[0], step[1])));
    List<String> uninterrupted = List.copyOf(told);
    assertThat(uninterrupted).isNotEmpty();

    told.clear();
    kept.clear();
    objectives = objectives(ERRORS);
    minute = START / 60_000;
    for (long[] step : history) {
      pass(1, step[0], Math.min(step[0], step[1]));
      if (random.nextInt(5) == 0) {
        objectives = objectives(ERRORS);
      }
    }
    assertThat(told).isEqualTo(uninterrupted);
  }

  @Test
  void countsOfAnotherDefinitionAreForgottenAndAlertsOfNoneAreTakenBack() {
    pass(60, 1000, 500);
    Objectives changed =
        new Objectives(Map.of("shop", slo(Indicator.CACHE, 0.9)), Patience.STANDARD, (k, v) -> {});
    kept.forEach(
        (key, value) ->
            assertThat(changed.restore(key, value))
                .as(key)
                .isEqualTo(key.startsWith("s\nshop\n6h") || key.startsWith("s\nshop\n3d")));
    Objectives none = new Objectives(Map.of(), Patience.STANDARD, (k, v) -> {});
    kept.forEach((key, value) -> assertThat(none.restore(key, value)).isFalse());
    assertThat(none.forgotten()).extracting(parts -> parts[1]).contains("1h/5m");
    assertThat(none.forgotten()).isEmpty();
  }

  @Test
  void whatFiresIsResolvedWhenItsObjectiveIsAboutAnotherService() {
    pass(60, 1000, 0);
    pass(10, 1000, 500);
    assertThat(told).anyMatch(line -> line.endsWith("1h/5m FIRING"));
    told.clear();
    objectives =
        new Objectives(
            Map.of(
                "shop",
                new Slo(
                    ERRORS.indicator(),
                    ERRORS.objective(),
                    ERRORS.threshold(),
                    Optional.of("quiet"),
                    Optional.empty(),
                    ERRORS.minRequests())),
            Patience.STANDARD,
            (key, value) -> {});
    kept.forEach(objectives::restore);
    assertThat(objectives.firing()).isPositive();
    pass(30, 1000, 500);
    assertThat(told).anyMatch(line -> line.endsWith("1h/5m RESOLVED"));
    assertThat(objectives.firing()).isZero();
  }

  @Test
  void goodIsWhatTheIndicatorSays() {
    ExponentialHistogram latencies = new ExponentialHistogram();
    latencies.add(100_000_000L, 90);
    latencies.add(2_000_000_000L, 10);
    LatencyMinute minute =
        new LatencyMinute("shop", "/", 0, new RequestCounts(100, 3, 60, 20, 0, 0), latencies);
    assertThat(slo(Indicator.LATENCY, 0.95).bad(minute)).isEqualTo(10);
    assertThat(slo(Indicator.ERRORS, 0.95).bad(minute)).isEqualTo(3);
    assertThat(slo(Indicator.CACHE, 0.8).bad(minute)).isEqualTo(20);
    assertThat(slo(Indicator.CACHE, 0.8).total(minute)).isEqualTo(80);
  }

  @Test
  void aRuleThatCannotFireIsNotAsked() {
    assertThat(BurnRate.STANDARD.stream().filter(rule -> rule.canFire(slo(Indicator.CACHE, 0.8))))
        .extracting(BurnRate::windows)
        .containsExactly("3d/6h");
  }
}

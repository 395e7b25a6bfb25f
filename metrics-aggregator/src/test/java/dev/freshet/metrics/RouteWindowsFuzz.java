package dev.freshet.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.Varints;
import dev.freshet.metrics.Panes.Window;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Running sums against sums computed anew from all events, through late and early events, gaps,
 * leaps of the clock, and restores from what was saved. Seeded: {@code -Dfuzz.seed=N} repeats a
 * run.
 */
class RouteWindowsFuzz {

  private static final long SEED = Long.getLong("fuzz.seed", 20_261_123);
  private static final int STEPS = Integer.getInteger("fuzz.rounds", 1_500);
  private static final Panes PANES =
      Panes.of(
          List.of(
              Duration.ofSeconds(5),
              Duration.ofMinutes(1),
              Duration.ofMinutes(5),
              Duration.ofMinutes(6),
              Duration.ofHours(1)));
  private static final byte[] NAME = "x".getBytes(StandardCharsets.UTF_8);

  private record Event(long pane, long nanos) {}

  private final RouteWindows.Bench bench = new RouteWindows.Bench(PANES);
  private final List<Event> events = new ArrayList<>();
  private final Map<Long, Long> shownMinutes = new HashMap<>();
  private final Map<String, byte[]> changelog = new TreeMap<>();
  private RouteWindows route = new RouteWindows(bench, NAME, NAME);
  private long present = 350_000_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void windowsAreTheSumOfTheirEvents(int run) {
    System.out.println("RouteWindowsFuzz -Dfuzz.seed=" + SEED + " run " + run);
    Random random = new Random(SEED + run);
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(20)) {
        case 0 -> advance(1 + random.nextInt(30));
        case 1 -> advance(random.nextInt(10) == 0 ? 61 + random.nextInt(900) : 1);
        case 2, 3, 4 -> advance(1);
        case 5 -> crash(random);
        case 6 -> save();
        default -> add(random);
      }
      if (step % 7 == 0) {
        check();
      }
    }
    check();
    advance(2_000);
    assertThat(route.isEmpty()).isTrue();
  }

  private void add(Random random) {
    long pane =
        switch (random.nextInt(6)) {
          case 0 -> present - random.nextInt(700);
          case 1 -> present - random.nextInt(70);
          case 2 -> present + random.nextInt(Panes.PANES_AHEAD);
          default -> present - random.nextInt(3) + 1;
        };
    Tally tally = new Tally();
    List<Event> added = new ArrayList<>();
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      long nanos = (long) (1e6 * Math.exp(random.nextGaussian()));
      tally.add(nanos, 1, random.nextBoolean(), true, false, false);
      added.add(new Event(pane, nanos));
    }
    Varints out = new Varints(64);
    tally.writeTo(out);
    byte[] bytes = out.toBytes();
    boolean kept = route.add(pane, present, bytes, 0, bytes.length);
    boolean young = Panes.minuteOfPane(pane) > Panes.minuteOfPane(present) - PANES.minutesKept();
    assertThat(kept).isEqualTo(young);
    if (kept) {
      events.addAll(added);
    }
  }

  private void advance(long panes) {
    route.amended(present, this::shown);
    route.advance(present, present + panes, this::shown);
    present += panes;
  }

  private void shown(RouteWindows shown, long minute, Tally tally) {
    shownMinutes.put(minute, tally.total());
  }

  private void save() {
    route.amended(present, this::shown);
    route.fine().save((slot, entry) -> changelog.put("p" + slot, entry));
    route.minutes().save((slot, entry) -> changelog.put("m" + slot, entry));
  }

  /** A commit, the end of the process, and another one that reads the changelog in any order. */
  private void crash(Random random) {
    save();
    route = new RouteWindows(bench, NAME, NAME);
    List<String> keys = new ArrayList<>(changelog.keySet());
    java.util.Collections.shuffle(keys, random);
    Varints out = new Varints(16);
    for (String key : keys) {
      out.clear();
      for (byte[] name : List.of(NAME, NAME)) {
        out.varint(name.length);
        out.all(name, 0, name.length);
      }
      out.one(key.charAt(0) == 'p' ? 0 : 1);
      out.varint(Integer.parseInt(key.substring(1)));
      PaneLog.restore(
          out.toBytes(),
          changelog.getOrDefault(key, new byte[0]),
          present,
          PANES,
          (service, name) -> route);
    }
    route.sumUp(present);
  }

  private void check() {
    for (int w = 0; w < PANES.windows().size(); w++) {
      Window window = PANES.windows().get(w);
      long from = window.fromMillis(present) / Panes.PANE_MILLIS;
      ExponentialHistogram expected = new ExponentialHistogram();
      for (Event event : events) {
        if (event.pane() >= from && event.pane() < present) {
          expected.add(event.nanos());
        }
      }
      assertThat(route.sum(w).latencies().count())
          .as("%s at %d", window, present)
          .isEqualTo(expected.count());
      assertThat(route.longestNanos(w, present)).as("%s", window).isEqualTo(expected.maxNanos());
      assertThat(route.sum(w).latencies().sumMicros()).isEqualTo(expected.sumMicros());
      assertThat(route.sum(w).latencies().quantileNanos(0.95))
          .isCloseTo(
              expected.quantileNanos(0.95), org.assertj.core.data.Percentage.withPercentage(1.1));
    }
    route.amended(present, this::shown);
    Map<Long, Long> byMinute = new HashMap<>();
    events.forEach(event -> byMinute.merge(Panes.minuteOfPane(event.pane()), 1L, Long::sum));
    byMinute.keySet().removeIf(minute -> minute >= Panes.minuteOfPane(present));
    assertThat(shownMinutes).isEqualTo(byMinute);
  }
}

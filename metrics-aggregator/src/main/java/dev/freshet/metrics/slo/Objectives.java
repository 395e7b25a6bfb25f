package dev.freshet.metrics.slo;

import dev.freshet.events.Alert;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every objective with its counts and its alerts: minutes in, alerts out, and what has to be kept
 * for the next start. A pure state machine; not thread-safe.
 */
final class Objectives {

  /** How long a minute that has ended may be on its way here: a few commits. */
  private static final long ON_ITS_WAY_MILLIS = 10_000;

  private static final long MINUTE_MILLIS = 60_000;

  /** What the alert of a service with too many routes is called; then comes the service. */
  private static final String ROUTES_OF = "routes of ";

  /** Any request is bad, and one is enough. */
  private static final Slo ROUTES =
      new Slo(Slo.Indicator.ERRORS, 0.99, Optional.empty(), Optional.empty(), Optional.empty(), 1);

  private static final List<BurnRate> ROUTES_RULE = List.of(BurnRate.ROUTES);

  /** What has to be kept. */
  interface Log {
    /** Keeps this value; null means that it is needed no more. */
    void put(String key, byte @Nullable [] value);
  }

  private final Map<String, Slo> slos;
  private final Patience patience;
  private final Log log;
  private final Map<String, MinuteRing> rings = new HashMap<>();
  private final Map<String, AlertState> states = new HashMap<>();
  private final List<String> forgotten = new ArrayList<>();

  Objectives(Map<String, Slo> slos, Patience patience, Log log) {
    this.slos = new TreeMap<>(slos);
    this.patience = patience;
    this.log = log;
  }

  /** Takes back what was kept; false when no objective of now has use for it. */
  boolean restore(String key, byte[] value) {
    String[] parts = key.split("\n", -1);
    Slo slo = slo(parts[1]);
    if (parts[0].equals("m")) {
      if (slo == null || !parts[2].equals(definition(slo))) {
        return false;
      }
      ring(parts[1]).set(value);
      return true;
    }
    if (slo == null
        || rules(parts[1], slo).stream().noneMatch(rule -> rule.windows().equals(parts[2]))) {
      forgotten.add(parts[1] + "\n" + parts[2]);
      return false;
    }
    states.put(parts[1] + "\n" + parts[2], AlertState.parse(value));
    if (parts[1].startsWith(ROUTES_OF)) {
      routesRing(parts[1]);
    } else {
      ring(parts[1]); // without minutes, as after another definition, it is judged calm
    }
    return true;
  }

  private @Nullable Slo slo(String name) {
    return name.startsWith(ROUTES_OF) ? ROUTES : slos.get(name);
  }

  /** Alerts of objectives that are gone: each as SLO and windows. To be asked once. */
  List<String[]> forgotten() {
    List<String[]> gone = forgotten.stream().map(key -> key.split("\n", -1)).toList();
    forgotten.clear();
    return gone;
  }

  /** Counts a minute, again if need be. */
  void add(LatencyMinute minute) {
    if (minute.route().equals(LatencyRow.OTHER)) {
      long count = minute.counts().total();
      routesRing(ROUTES_OF + minute.service())
          .set(Math.floorDiv(minute.minuteMillis(), MINUTE_MILLIS), count, count);
    }
    slos.forEach(
        (name, slo) -> {
          if (slo.isAbout(minute.service(), minute.route())) {
            long at = Math.floorDiv(minute.minuteMillis(), MINUTE_MILLIS);
            long bad = slo.bad(minute);
            long total = slo.total(minute);
            ring(name).set(at, bad, total);
            long slot = Math.floorMod(at, MinuteRing.SIZE);
            log.put(
                "m\n" + name + "\n" + definition(slo) + "\n" + slot,
                MinuteRing.toBytes(at, bad, total));
          }
        });
  }

  /** Judges all whose minutes are seen here; returns the alerts that changed. */
  List<Alert> judge(long nowMillis) {
    List<Alert> changed = new ArrayList<>();
    long lastClosed = Math.floorDiv(nowMillis - ON_ITS_WAY_MILLIS, MINUTE_MILLIS) - 1;
    rings.forEach(
        (name, ring) -> {
          Slo slo = Objects.requireNonNull(slo(name), name);
          for (BurnRate rule : rules(name, slo)) {
            String key = name + "\n" + rule.windows();
            AlertState before = states.getOrDefault(key, AlertState.INACTIVE);
            Verdict verdict = rule.judge(slo, ring, lastClosed);
            AlertState after = before.next(verdict.kind(), nowMillis, patience);
            if (!after.equals(before)) {
              states.put(key, after);
              log.put("s\n" + key, after.toBytes());
            }
            if (after.phase() != before.phase()) {
              changed.add(alert(name, slo, rule, after, verdict));
            }
          }
        });
    return changed;
  }

  /** How many alerts fire. */
  long firing() {
    return states.values().stream().filter(s -> s.phase() == Alert.State.FIRING).count();
  }

  private static List<BurnRate> rules(String name, Slo slo) {
    if (name.startsWith(ROUTES_OF)) {
      return ROUTES_RULE;
    }
    return BurnRate.STANDARD.stream().filter(rule -> rule.canFire(slo)).toList();
  }

  private static Alert alert(
      String name, Slo slo, BurnRate rule, AlertState state, Verdict verdict) {
    return new Alert(
        name,
        rule.windows(),
        rule.severity(),
        state.phase(),
        state.sinceMillis(),
        state.startedMillis(),
        rule.factor(),
        rounded(verdict.longBurn()),
        rounded(verdict.shortBurn()),
        slo.objective(),
        verdict.bad(),
        verdict.total());
  }

  private static double rounded(double burn) {
    return Math.round(burn * 100) / 100.0;
  }

  private MinuteRing ring(String name) {
    return rings.computeIfAbsent(name, any -> new MinuteRing());
  }

  /** Nothing of it is kept: after a restart the next minutes tell the same again. */
  private MinuteRing routesRing(String name) {
    return rings.computeIfAbsent(name, any -> new MinuteRing(2 * BurnRate.ROUTES.longMinutes()));
  }

  /** What decides which requests are good: counts by another rule are of no use. */
  private static String definition(Slo slo) {
    return "%s %s %s %s"
        .formatted(
            slo.indicator(),
            slo.threshold().map(Object::toString).orElse(""),
            slo.service().orElse(""),
            slo.route().orElse(""));
  }
}

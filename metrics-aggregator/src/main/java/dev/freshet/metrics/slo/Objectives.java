package dev.freshet.metrics.slo;

import dev.freshet.events.Alert;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
      if (slo == null || !parts[2].equals(slo.definition())) {
        return false;
      }
      set(SloMinute.parse(parts[1], parts[2], value));
      return true;
    }
    if (slo == null
        || rules(parts[1], slo).stream().noneMatch(rule -> rule.windows().equals(parts[2]))) {
      forgotten.add(parts[1] + "\n" + parts[2]);
      return false;
    }
    states.put(parts[1] + "\n" + parts[2], AlertState.parse(value));
    ring(parts[1]); // without minutes, as after another definition, it is judged calm
    return true;
  }

  private @Nullable Slo slo(String name) {
    return BeyondLimit.isOne(name) ? BeyondLimit.SLO : slos.get(name);
  }

  /** Alerts of objectives that are gone: each as SLO and windows. To be asked once. */
  List<String[]> forgotten() {
    List<String[]> gone = forgotten.stream().map(key -> key.split("\n", -1)).toList();
    forgotten.clear();
    return gone;
  }

  /** Counts a minute, again if need be; one by a rule that is not that of now is ignored. */
  void add(SloMinute minute) {
    Slo slo = slo(minute.slo());
    if (slo == null || !slo.definition().equals(minute.definition())) {
      return;
    }
    set(minute);
    if (!BeyondLimit.isOne(minute.slo())) { // after a restart its next minutes tell the same again
      long slot = Math.floorMod(minute.minute(), MinuteRing.SIZE);
      log.put("m\n" + minute.slo() + "\n" + minute.definition() + "\n" + slot, minute.counts());
    }
  }

  private void set(SloMinute minute) {
    ring(minute.slo()).set(minute.minute(), minute.bad(), minute.total());
  }

  /** Judges all that have minutes or alerts; returns the alerts that changed. */
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
    if (BeyondLimit.isOne(name)) {
      return BeyondLimit.RULES;
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
    return rings.computeIfAbsent(
        name,
        any ->
            BeyondLimit.isOne(name)
                ? new MinuteRing(2 * BeyondLimit.RULE.longMinutes())
                : new MinuteRing());
  }
}

package dev.freshet.metrics.slo;

import dev.freshet.events.LatencyMinute;
import dev.freshet.events.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Good and bad requests of one objective in one minute: a record of {@code <ns>.slo-minutes}. Its
 * key is the objective's name, a line feed and its definition, so that counts by another rule are
 * told apart; its value is {@link #counts()}.
 *
 * @param slo the objective's name
 * @param definition what decided which requests are good ({@link Slo#definition()})
 * @param minute minutes since 1970
 * @param bad requests that were not good
 * @param total requests
 */
record SloMinute(String slo, String definition, long minute, long bad, long total) {

  private static final byte VERSION = 1;
  private static final long MINUTE_MILLIS = 60_000;

  /** What a minute of latencies says about these objectives, and about the limits. */
  static List<SloMinute> of(Map<String, Slo> slos, LatencyMinute minute) {
    List<SloMinute> found = new ArrayList<>();
    long at = Math.floorDiv(minute.minuteMillis(), MINUTE_MILLIS);
    String beyond = BeyondLimit.alert(minute.service(), minute.route());
    if (beyond != null) {
      long count = minute.counts().total();
      found.add(new SloMinute(beyond, BeyondLimit.SLO.definition(), at, count, count));
    }
    slos.forEach(
        (name, slo) -> {
          if (slo.isAbout(minute.service(), minute.route())) {
            found.add(
                new SloMinute(name, slo.definition(), at, slo.bad(minute), slo.total(minute)));
          }
        });
    return found;
  }

  byte[] key() {
    return (slo + "\n" + definition).getBytes(StandardCharsets.UTF_8);
  }

  /** Minute, bad and total, as varints after a version. */
  byte[] counts() {
    Varints out = new Varints(24);
    out.one(VERSION);
    out.varint(minute);
    out.varint(bad);
    out.varint(total);
    return out.toBytes();
  }

  /**
   * As it was written.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static SloMinute parse(byte @Nullable [] key, byte[] counts) {
    String[] parts =
        new String(key == null ? new byte[0] : key, StandardCharsets.UTF_8).split("\n", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException("a name and a definition were expected as the key");
    }
    return parse(parts[0], parts[1], counts);
  }

  static SloMinute parse(String slo, String definition, byte[] counts) {
    Varints in = new Varints(counts, 0, counts.length);
    int version = in.one();
    if (version != VERSION) {
      throw new IllegalArgumentException("a minute of version 1 was expected, found " + version);
    }
    return new SloMinute(slo, definition, in.varint(), in.varint(), in.varint());
  }
}

package dev.freshet.metrics.slo;

import dev.freshet.events.Alert.State;
import dev.freshet.events.Varints;

/**
 * Where one alert stands: inactive, then pending, then firing, then resolved.
 *
 * <p>It fires once its condition has held for {@link Patience#pending} and is resolved once the
 * short window has been calm, by a margin, for {@link Patience#calm}: between the two nothing
 * changes, so that a value at the edge cannot make it flap. Too few requests begin nothing and end
 * nothing: when traffic stops in an outage, what fires goes on until the long window has forgotten
 * it.
 *
 * @param phase what holds
 * @param sinceMillis since when, milliseconds since 1970
 * @param calmSinceMillis while firing: since when it has been calm; 0 when it is not
 * @param startedMillis when it last became pending; 0 when it never was
 */
record AlertState(State phase, long sinceMillis, long calmSinceMillis, long startedMillis) {

  static final AlertState INACTIVE = new AlertState(State.INACTIVE, 0, 0, 0);

  /** Where it stands after this verdict. */
  AlertState next(Verdict.Kind verdict, long nowMillis, Patience patience) {
    return switch (phase) {
      case INACTIVE, RESOLVED ->
          verdict == Verdict.Kind.BURNS
              ? new AlertState(State.PENDING, nowMillis, 0, nowMillis)
              : this;
      case PENDING -> pending(verdict, nowMillis, patience.pending().toMillis());
      case FIRING -> firing(verdict, nowMillis, patience.calm().toMillis());
    };
  }

  private AlertState pending(Verdict.Kind verdict, long nowMillis, long pendingMillis) {
    return switch (verdict) {
      case CALM, TOO_FEW -> new AlertState(State.INACTIVE, nowMillis, 0, startedMillis);
      case BURNS ->
          nowMillis - sinceMillis >= pendingMillis
              ? new AlertState(State.FIRING, nowMillis, 0, startedMillis)
              : this;
      case BETWEEN -> this;
    };
  }

  private AlertState firing(Verdict.Kind verdict, long nowMillis, long calmMillis) {
    return switch (verdict) {
      case BURNS, BETWEEN, TOO_FEW ->
          calmSinceMillis == 0 ? this : new AlertState(phase, sinceMillis, 0, startedMillis);
      case CALM -> {
        if (calmSinceMillis == 0) {
          yield new AlertState(phase, sinceMillis, nowMillis, startedMillis);
        }
        yield nowMillis - calmSinceMillis >= calmMillis
            ? new AlertState(State.RESOLVED, nowMillis, 0, startedMillis)
            : this;
      }
    };
  }

  byte[] toBytes() {
    Varints out = new Varints(40);
    out.one(1);
    out.one(
        switch (phase) {
          case INACTIVE -> 0;
          case PENDING -> 1;
          case FIRING -> 2;
          case RESOLVED -> 3;
        });
    out.varint(sinceMillis);
    out.varint(calmSinceMillis);
    out.varint(startedMillis);
    return out.toBytes();
  }

  static AlertState parse(byte[] bytes) {
    Varints in = new Varints(bytes, 0, bytes.length);
    int version = in.one();
    if (version != 1) {
      throw new IllegalArgumentException("a state of version 1 was expected, found " + version);
    }
    State phase =
        switch (in.one()) {
          case 1 -> State.PENDING;
          case 2 -> State.FIRING;
          case 3 -> State.RESOLVED;
          default -> State.INACTIVE;
        };
    return new AlertState(phase, in.varint(), in.varint(), in.varint());
  }
}

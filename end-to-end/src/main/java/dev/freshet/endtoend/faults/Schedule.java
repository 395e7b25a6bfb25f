package dev.freshet.endtoend.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What goes wrong when, as one seed decides it: the same seed, length and kinds give the same
 * schedule.
 *
 * @param length of the workload, at least; faults begin within it
 * @param events in the order of their times
 */
record Schedule(long seed, Duration length, List<Event> events) {

  private static final int MOST_EVENTS = 3;
  private static final double EARLIEST = 0.1;
  private static final double LATEST = 0.8;
  private static final int LASTING_MILLIS_MIN = 50;
  private static final int LASTING_MILLIS_MAX = 900;

  /**
   * A fault and its time.
   *
   * @param at after the start of the workload
   * @param lasting how long, for a fault that lasts
   * @param choice what decides which server it hits, how many records it repeats and the like: 0 to
   *     2^31 - 1
   */
  record Event(Duration at, Fault fault, Duration lasting, int choice) {

    /** One of so many alternatives. */
    int oneOf(int alternatives) {
      return choice % alternatives;
    }

    @Override
    public String toString() {
      return "%d ms %s (%d ms, choice %d)"
          .formatted(at.toMillis(), fault.label(), lasting.toMillis(), choice);
    }
  }

  Schedule {
    events = List.copyOf(events);
  }

  /** One to three faults of these kinds. */
  static Schedule of(long seed, Duration length, Collection<Fault> kinds) {
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("a schedule needs a kind of fault to draw from");
    }
    Set<Fault> ordered = EnumSet.copyOf(kinds);
    SplittableRandom random = new SplittableRandom(seed);
    List<Event> events = new ArrayList<>();
    for (int i = random.nextInt(1, MOST_EVENTS + 1); i > 0; i--) {
      double share = EARLIEST + (LATEST - EARLIEST) * random.nextDouble();
      events.add(
          new Event(
              Duration.ofMillis((long) (length.toMillis() * share)),
              draw(random, ordered),
              Duration.ofMillis(random.nextInt(LASTING_MILLIS_MIN, LASTING_MILLIS_MAX)),
              random.nextInt(Integer.MAX_VALUE)));
    }
    events.sort(Comparator.comparing(Event::at));
    return new Schedule(seed, length, events);
  }

  private static Fault draw(SplittableRandom random, Set<Fault> kinds) {
    int left = random.nextInt(kinds.stream().mapToInt(Fault::weight).sum());
    for (Fault fault : kinds) {
      left -= fault.weight();
      if (left < 0) {
        return fault;
      }
    }
    throw new IllegalStateException("weights do not add up");
  }

  /** Which kinds are in it. */
  Set<Fault> kinds() {
    return events.stream()
        .map(Event::fault)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
  }

  /** What decides about one actor of the workload, whatever the others do. */
  SplittableRandom random(String actor) {
    return new SplittableRandom(seed * 1_000_003 + actor.hashCode());
  }

  @Override
  public String toString() {
    return "seed %d: %s"
        .formatted(seed, events.stream().map(Event::toString).collect(Collectors.joining(", ")));
  }
}

package dev.freshet.endtoend.consistency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything a seed decides about a run. The same seed gives the same plan.
 *
 * @param rows rows 0 to {@code rows - 1} are written and cached
 * @param libraryUsers threads that read through the library, with values in the process
 * @param buckets Freshet's cache is laid out in
 * @param traits faults that act all the time
 * @param events faults that happen once, in the order of their times
 */
record Plan(
    long seed,
    Duration length,
    int rows,
    int writers,
    int loaders,
    int readers,
    int libraryUsers,
    int buckets,
    Set<Fault> traits,
    List<Event> events) {

  private static final int MOST_EVENTS = 3;
  private static final int MOST_BUCKETS = 5;

  /** One in so many runs has no faults, so that the plain case stays covered. */
  private static final int CALM = 8;

  /** A fault and its time after the start. */
  record Event(Duration at, Fault fault) {}

  Plan {
    traits = Set.copyOf(traits);
    events = List.copyOf(events);
  }

  static Plan of(long seed, Duration length) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = random.nextInt(2, 9);
    int writers = random.nextInt(2, 5);
    int loaders = random.nextInt(3, 7);
    Set<Fault> traits = EnumSet.noneOf(Fault.class);
    List<Event> events = new ArrayList<>();
    if (random.nextInt(CALM) > 0) {
      faults(kind -> kind == Fault.Kind.TRAIT)
          .filter(fault -> random.nextInt(3) == 0)
          .forEach(traits::add);
      List<Fault> once = faults(kind -> kind != Fault.Kind.TRAIT).toList();
      for (int i = random.nextInt(MOST_EVENTS + 1); i > 0; i--) {
        long at = (long) (length.toNanos() * (0.15 + 0.7 * random.nextDouble()));
        events.add(new Event(Duration.ofNanos(at), once.get(random.nextInt(once.size()))));
      }
      events.sort(Comparator.comparing(Event::at));
    }
    int libraryUsers = random.nextInt(2) * 2;
    int buckets = random.nextInt(3) == 0 ? random.nextInt(2, MOST_BUCKETS + 1) : 1;
    return new Plan(seed, length, rows, writers, loaders, 1, libraryUsers, buckets, traits, events);
  }

  private static Stream<Fault> faults(Predicate<Fault.Kind> wanted) {
    return Stream.of(Fault.values()).filter(fault -> wanted.test(fault.kind()));
  }

  /** The same with another number of buckets. */
  Plan inBuckets(int number) {
    return new Plan(
        seed, length, rows, writers, loaders, readers, libraryUsers, number, traits, events);
  }

  /** The same with only those faults. */
  Plan only(Predicate<Fault> wanted) {
    return new Plan(
        seed,
        length,
        rows,
        writers,
        loaders,
        readers,
        libraryUsers,
        buckets,
        traits.stream().filter(wanted).collect(Collectors.toSet()),
        events.stream().filter(event -> wanted.test(event.fault())).toList());
  }

  boolean has(Fault trait) {
    return traits.contains(trait);
  }

  /** What decides about one actor, whatever the others do. */
  SplittableRandom random(String actor) {
    return new SplittableRandom(seed * 1_000_003 + actor.hashCode());
  }
}

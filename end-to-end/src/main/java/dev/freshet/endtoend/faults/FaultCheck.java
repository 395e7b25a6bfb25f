package dev.freshet.endtoend.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs one schedule of faults after the other on one site, and judges after each. Leaves nothing
 * running. For one thread.
 */
public final class FaultCheck {

  /** How long a view that is wrong for good may be waited for. */
  private static final Duration BROKEN_LONGEST = Duration.ofSeconds(10);

  private final Order order;
  private final Consumer<String> talk;

  /**
   * What to run.
   *
   * @param schedules how many, from the seed {@code firstSeed} on
   * @param length of each schedule's workload, at least
   * @param only the one kind of fault to use, or the way in which the product is broken on purpose;
   *     all kinds if empty
   * @param traces where a file is written for each schedule that broke a promise
   */
  public record Order(
      long firstSeed,
      int schedules,
      Duration length,
      Optional<String> only,
      Optional<Path> traces) {}

  /**
   * One schedule that was run.
   *
   * @param faults the kinds in it
   * @param recoveryNanos from the end of the last fault until a commit made then was applied
   * @param backNanos from each kill of who invalidates until a commit made then was applied
   */
  public record Ran(
      long seed, Set<String> faults, OptionalLong recoveryNanos, List<Long> backNanos) {}

  /**
   * What was found.
   *
   * @param changes committed changes of tags, each of which was looked for
   * @param compared cached entries that were compared with Postgres
   * @param requests that were acknowledged and counted
   * @param ownExits how often a Freshet process ended by itself
   * @param fullDisks how often a Freshet process said that its disk was full
   */
  public record Findings(
      List<Ran> schedules,
      List<Violation> violations,
      long changes,
      long compared,
      long requests,
      int ownExits,
      int fullDisks) {}

  public FaultCheck(Order order, Consumer<String> talk) {
    this.order = order;
    this.talk = talk;
  }

  /** What an order's {@code only} may be: kinds of faults, then ways to break the product. */
  public static List<String> variants() {
    List<String> all = new ArrayList<>();
    EnumSet.allOf(Fault.class).forEach(fault -> all.add(fault.label()));
    all.add(Sabotage.ALL);
    all.addAll(List.of(Sabotage.labels()));
    return all;
  }

  /**
   * Runs them all.
   *
   * @throws IllegalArgumentException when there is no such kind of fault
   */
  public Findings run() throws IOException, SQLException, InterruptedException {
    Set<Fault> kinds = kinds();
    Set<Sabotage> broken = order.only().map(Sabotage::called).orElse(Set.of());
    try (Site site = Site.start(broken, talk);
        Requests requests = new Requests(site.config(), broken.contains(Sabotage.BROKEN_REQUESTS));
        Oracle oracle = new Oracle(site, broken.isEmpty() ? Markers.LONGEST : BROKEN_LONGEST)) {
      return new Running(site, requests, oracle, kinds, broken).run();
    }
  }

  private Set<Fault> kinds() {
    return order.only().map(FaultCheck::kind).orElseGet(() -> EnumSet.allOf(Fault.class));
  }

  private static Set<Fault> kind(String label) {
    Optional<Fault> fault = Fault.labelled(label);
    if (fault.isEmpty() && Sabotage.called(label).isEmpty()) {
      throw new IllegalArgumentException(
          "there is no variant \"%s\"; there are %s".formatted(label, variants()));
    }
    return EnumSet.of(fault.orElse(Fault.CUT)); // what is broken breaks under any
  }

  private static Set<String> labels(Set<Fault> faults) {
    return faults.stream().map(Fault::label).collect(Collectors.toSet());
  }

  /** What belongs to one run. */
  private final class Running {
    private final Site site;
    private final Requests requests;
    private final Oracle oracle;
    private final Set<Fault> kinds;
    private final Set<Sabotage> broken;
    private final Markers markers;
    private final Injector injector;
    private final List<Ran> ran = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private long counted;

    Running(Site site, Requests requests, Oracle oracle, Set<Fault> kinds, Set<Sabotage> broken) {
      this.site = site;
      this.requests = requests;
      this.oracle = oracle;
      this.kinds = kinds;
      this.broken = broken;
      this.markers = new Markers(site);
      this.injector = new Injector(site, markers, requests);
    }

    Findings run() throws IOException, SQLException, InterruptedException {
      for (int i = 0; i < order.schedules(); i++) {
        Schedule schedule = Schedule.of(order.firstSeed() + i, order.length(), kinds);
        talk.accept(schedule.toString());
        List<Violation> found = new ArrayList<>(schedule(schedule));
        found.addAll(requests.judge(i == order.schedules() - 1));
        for (Violation violation : found) {
          talk.accept("VIOLATION " + violation);
        }
        violations.addAll(found);
        trace(schedule, found);
      }
      return new Findings(
          ran,
          violations,
          oracle.changes(),
          oracle.compared(),
          counted,
          members().stream().mapToInt(Member::ownExits).sum(),
          injector.fullDisks());
    }

    private List<Member> members() {
      return List.of(site.invalidating(), site.views(), site.second());
    }

    private List<Violation> schedule(Schedule schedule) throws SQLException, InterruptedException {
      long began = System.nanoTime();
      Requests.Reporter reporter = requests.reporter(schedule.seed());
      OptionalLong recovery;
      Workload workload = new Workload(site, schedule, reporter);
      try (workload) {
        workload.start();
        injector.run(schedule);
        recovery = markers.awaitNewOne(System.nanoTime());
      }
      reporter.flush();
      counted += reporter.acknowledged();
      List<Violation> found = new ArrayList<>();
      if (recovery.isEmpty() || !markers.awaitEverything()) {
        found.add(
            new Violation(
                schedule.seed(),
                Violation.Kind.LATE,
                "not everything was applied %d s after the last fault"
                    .formatted(Markers.LONGEST.toSeconds())));
      }
      // What is not applied yet is late, and tells nothing about what is lost.
      if (found.isEmpty()) {
        if (broken.contains(Sabotage.BROKEN_FILLS)) {
          site.redis().set(site.cache().entryKey(Pages.tag(0)), "what was never true");
        }
        found.addAll(oracle.judge(schedule.seed()));
      }
      injector.leftOut().forEach(talk);
      ran.add(
          new Ran(schedule.seed(), labels(schedule.kinds()), recovery, injector.backAfterNanos()));
      talk.accept(
          "  %d commits, %d fills, %d requests; applied again after %d ms; %.1f s in all"
              .formatted(
                  workload.commits(),
                  workload.fills(),
                  reporter.acknowledged(),
                  TimeUnit.NANOSECONDS.toMillis(recovery.orElse(0)),
                  (System.nanoTime() - began) / 1e9));
      return found;
    }

    private void trace(Schedule schedule, List<Violation> found) throws IOException {
      if (found.isEmpty() || order.traces().isEmpty()) {
        return;
      }
      List<String> lines = new ArrayList<>();
      lines.add(schedule.toString());
      found.forEach(violation -> lines.add(violation.toString()));
      members().forEach(member -> lines.addAll(member.said()));
      Path folder = Files.createDirectories(order.traces().get());
      Path file = folder.resolve("seed-%d.txt".formatted(schedule.seed()));
      talk.accept("what the processes said: " + Files.write(file, lines));
    }
  }
}

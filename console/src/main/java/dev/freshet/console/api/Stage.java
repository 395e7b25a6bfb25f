package dev.freshet.console.api;

import dev.freshet.console.model.Disturbance;
import dev.freshet.events.HealthReport;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a change's way.
 *
 * @param name what does the work
 * @param from where the change comes from
 * @param to where it is then
 * @param state in one word
 * @param lag how long changes of the last minute took here; null when that is not measured
 * @param recordsBehind what waits in front of it; null when that is not known
 * @param perSecond row changes, tags or requests; null when that is not known
 * @param slowest whether more time goes by here than in the others
 * @param detail a sentence; empty when there is nothing to say
 * @param lastError why something it works with could not be looked at, the last time that was so;
 *     null when it never was
 * @param lastErrorAt when that was
 * @param disturbances what kept it from its work within the last hour, the oldest first
 */
public record Stage(
    String name,
    String from,
    String to,
    State state,
    @Nullable Percentiles lag,
    @Nullable Long recordsBehind,
    @Nullable Double perSecond,
    boolean slowest,
    String detail,
    @Nullable String lastError,
    @Nullable String lastErrorAt,
    List<Disturbed> disturbances) {

  /**
   * A start, or that consumers were given other partitions.
   *
   * @param what {@code started} or {@code rebalanced}
   * @param at when that was, or was first counted
   * @param times how often
   */
  public record Disturbed(String what, String at, long times) {}

  public Stage {
    disturbances = List.copyOf(disturbances);
  }

  /**
   * A stage.
   *
   * @param trouble the last of what it works with
   */
  Stage(
      String name,
      String from,
      String to,
      State state,
      @Nullable Percentiles lag,
      @Nullable Long recordsBehind,
      @Nullable Double perSecond,
      boolean slowest,
      String detail,
      Optional<HealthReport> trouble,
      List<Disturbance> disturbances) {
    this(
        name,
        from,
        to,
        state,
        lag,
        recordsBehind,
        perSecond,
        slowest,
        detail,
        trouble
            .map(of -> "%s %s: %s".formatted(of.component(), of.instance(), of.problem()))
            .orElse(null),
        trouble.map(of -> Answers.time(of.timeMillis())).orElse(null),
        disturbances.stream().map(Stage::disturbed).distinct().toList());
  }

  private static Disturbed disturbed(Disturbance of) {
    return new Disturbed(
        of.kind().name().toLowerCase(Locale.ROOT),
        Instant.ofEpochMilli(of.millis()).toString(),
        of.times());
  }
}

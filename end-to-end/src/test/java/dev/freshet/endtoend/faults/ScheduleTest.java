package dev.freshet.endtoend.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final Duration LENGTH = Duration.ofSeconds(2);
  private static final Set<Fault> ALL = EnumSet.allOf(Fault.class);

  @Test
  void theSameSeedGivesTheSameSchedule() {
    LongStream.range(0, 200)
        .forEach(
            seed ->
                assertThat(Schedule.of(seed, LENGTH, ALL))
                    .isEqualTo(Schedule.of(seed, LENGTH, ALL)));
  }

  @Test
  void oneToThreeFaultsComeInOrderWithinTheLength() {
    LongStream.range(0, 500)
        .mapToObj(seed -> Schedule.of(seed, LENGTH, ALL))
        .forEach(
            schedule -> {
              assertThat(schedule.events()).hasSizeBetween(1, 3);
              assertThat(schedule.events())
                  .isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()))
                  .allSatisfy(event -> assertThat(event.at()).isBetween(Duration.ZERO, LENGTH));
            });
  }

  @Test
  void everyKindIsDrawn() {
    Set<Fault> drawn = EnumSet.noneOf(Fault.class);
    LongStream.range(0, 500).forEach(seed -> drawn.addAll(Schedule.of(seed, LENGTH, ALL).kinds()));
    assertThat(drawn).isEqualTo(ALL);
  }

  @Test
  void onlyTheKindsAskedForAreDrawn() {
    Set<Fault> asked = EnumSet.of(Fault.CUT, Fault.REDIS_KILL);
    LongStream.range(0, 100)
        .forEach(seed -> assertThat(asked).containsAll(Schedule.of(seed, LENGTH, asked).kinds()));
    assertThatThrownBy(() -> Schedule.of(1, LENGTH, Set.of()))
        .hasMessageContaining("needs a kind of fault");
  }

  /** A seed named in an old report still means the same. */
  @Test
  void aScheduleCanBeReadAndStaysWhatItIs() {
    assertThat(Schedule.of(1, LENGTH, EnumSet.of(Fault.CUT)))
        .hasToString(
            "seed 1: 1244 ms cut (687 ms, choice 612578211), 1268 ms cut (247 ms, choice 778434807),"
                + " 1311 ms cut (396 ms, choice 1755925512)");
  }
}

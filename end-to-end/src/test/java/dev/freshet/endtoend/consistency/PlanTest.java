package dev.freshet.endtoend.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlanTest {

  private static final Duration LENGTH = Duration.ofSeconds(5);

  @Test
  void theSameSeedGivesTheSamePlan() {
    for (long seed = 0; seed < 100; seed++) {
      assertThat(Plan.of(seed, LENGTH)).isEqualTo(Plan.of(seed, LENGTH));
    }
  }

  @Test
  void anActorDrawsTheSameWhateverTheOthersDo() {
    Plan plan = Plan.of(7, LENGTH);
    long first = plan.random("writer 0").nextLong();
    plan.random("loader 0").nextLong();
    assertThat(plan.random("writer 0").nextLong()).isEqualTo(first);
    assertThat(plan.random("writer 1").nextLong()).isNotEqualTo(first);
  }

  @Test
  void aHundredSeedsHaveEveryFaultAndSomeHaveNone() {
    Set<Fault> met = EnumSet.noneOf(Fault.class);
    LongStream.range(0, 100)
        .mapToObj(seed -> Plan.of(seed, LENGTH))
        .forEach(
            plan -> {
              met.addAll(plan.traits());
              plan.events().forEach(event -> met.add(event.fault()));
            });
    assertThat(met).containsExactlyInAnyOrder(Fault.values());
    assertThat(
            LongStream.range(0, 100)
                .mapToObj(seed -> Plan.of(seed, LENGTH))
                .filter(plan -> plan.traits().isEmpty() && plan.events().isEmpty()))
        .isNotEmpty();
  }

  @Test
  void aPlanCanBeCutDownToSomeFaults() {
    for (long seed = 0; seed < 100; seed++) {
      Plan plan = Plan.of(seed, LENGTH).only(fault -> fault == Fault.FLUSHALL);
      assertThat(plan.traits()).isEmpty();
      assertThat(plan.events()).allMatch(event -> event.fault() == Fault.FLUSHALL);
    }
  }
}

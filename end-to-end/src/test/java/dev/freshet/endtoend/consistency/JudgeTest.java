package dev.freshet.endtoend.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JudgeTest {

  private static final Subject PAIR = Subject.of(0, 1);

  private final Judge judge = new Judge();

  private static String value(long... versions) {
    return PAIR.value(java.util.Arrays.stream(versions).boxed().toList(), 0);
  }

  @Test
  void aReadMayNotBeOlderThanWhatWasAppliedBeforeItBegan() {
    judge.applied(0, 5);
    judge.applied(1, 3);
    Judge.Bound bound = judge.bound(PAIR);
    assertThat(judge.read(bound, value(5, 3))).isEqualTo(Judge.Verdict.FRESH);
    assertThat(judge.read(bound, value(6, 3))).isEqualTo(Judge.Verdict.FRESH);
    assertThat(judge.read(bound, value(6, 2))).isEqualTo(Judge.Verdict.STALE);
  }

  @Test
  void whatIsAppliedDuringTheReadDoesNotCount() {
    judge.applied(0, 5);
    Judge.Bound bound = judge.bound(PAIR);
    judge.applied(0, 6);
    assertThat(judge.read(bound, value(5, 0))).isEqualTo(Judge.Verdict.FRESH);
    assertThat(judge.read(judge.bound(PAIR), value(5, 0))).isEqualTo(Judge.Verdict.STALE);
  }

  @Test
  void duplicatesAndOlderChangesTakeNothingBack() {
    judge.applied(0, 5);
    judge.applied(0, 4);
    assertThat(judge.applied(0)).isEqualTo(5);
  }

  @Test
  void aReadAcrossALossIsNotJudged() {
    judge.applied(0, 5);
    Judge.Bound before = judge.bound(PAIR);
    judge.losing();
    assertThat(judge.read(before, value(4, 0))).isEqualTo(Judge.Verdict.NOT_JUDGED);
    assertThat(judge.read(judge.bound(PAIR), value(4, 0))).isEqualTo(Judge.Verdict.NOT_JUDGED);
  }

  @Test
  void afterALossTheSinkSaysWhereItStandsAndOnlyOnceRedisIsBack() {
    judge.applied(0, 5);
    judge.losing();
    judge.sinkStandsAt(new long[Rows.COUNT]);
    assertThat(judge.lost()).isTrue();
    judge.restored();
    long[] versions = new long[Rows.COUNT];
    versions[0] = 3;
    judge.sinkStandsAt(versions);
    assertThat(judge.read(judge.bound(PAIR), value(3, 0))).isEqualTo(Judge.Verdict.FRESH);
    assertThat(judge.read(judge.bound(PAIR), value(2, 0))).isEqualTo(Judge.Verdict.STALE);
    judge.applied(0, 5);
    assertThat(judge.read(judge.bound(PAIR), value(3, 0))).isEqualTo(Judge.Verdict.STALE);
  }

  @Test
  void whoMayHearLateIsJudgedByWhatWasAppliedThen() {
    judge.applied(0, 5);
    assertThat(judge.bound(PAIR, Duration.ZERO).versions()).isEqualTo(List.of(5L, 0L));
    assertThat(judge.bound(PAIR, Duration.ofHours(1)).versions()).isEqualTo(List.of(0L, 0L));
  }
}

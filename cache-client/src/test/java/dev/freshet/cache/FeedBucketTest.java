package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FeedBucketTest {

  private static final long SECOND = 1_000_000_000;
  private static final FeedLimits LIMITS =
      new FeedLimits(Duration.ofSeconds(3), Duration.ofSeconds(1), 10, 4);

  private final List<String> told = new ArrayList<>();
  private final FeedCounts counts = new FeedCounts();
  private final FeedBucket bucket =
      new FeedBucket(
          5,
          LIMITS,
          new FeedListener() {
            @Override
            public void begins(int number, Stretch stretch) {
              told.add("begins " + number);
            }

            @Override
            public void stale(int number, List<String> tags) {
              told.add("stale " + number + " " + tags);
            }

            @Override
            public void over(int number) {
              told.add("over " + number);
            }
          },
          counts);
  private long now = 100 * SECOND;

  private void message(String incarnation, long seq, String... tags) {
    bucket.message(new FeedMessage(incarnation, seq, 0, 0, List.of(tags)), now);
  }

  private void heartbeat(long seq, long committedMicros, long xmin) {
    bucket.message(new FeedMessage("i", seq, committedMicros, xmin, List.of()), now);
  }

  private void head(String incarnation, long seq) {
    bucket.head(new FeedHead(incarnation, seq, 1, 0, 0), now, now);
  }

  private boolean trusted() {
    return bucket.trusted(now);
  }

  @Test
  void nothingIsTrustedBeforeTheSubscriptionIsConfirmed() {
    head("i", 5);
    message("i", 6, "a");
    assertThat(trusted()).isFalse();
    assertThat(told).containsExactly("stale 5 [a]");
    assertThat(bucket.incarnation()).hasValue("i");
  }

  @Test
  void theHeadBeginsAStretchAndMessagesFollow() {
    bucket.subscribed();
    head("i", 5);
    assertThat(trusted()).isTrue();
    message("i", 6, "a");
    message("i", 7, "b");
    assertThat(trusted()).isTrue();
    assertThat(told).containsExactly("begins 5", "stale 5 [a]", "stale 5 [b]");
  }

  @Test
  void withoutAHeadTheFirstMessageBeginsIt() {
    bucket.subscribed();
    message("i", 6, "a");
    assertThat(trusted()).isTrue();
    assertThat(told).containsExactly("begins 5", "stale 5 [a]");
  }

  @Test
  void anEmptyHeadBeginsNothing() {
    bucket.subscribed();
    head("", 0);
    assertThat(trusted()).isFalse();
    assertThat(bucket.known()).isTrue();
    assertThat(bucket.incarnation()).isEmpty();
  }

  @Test
  void messagesUnderWayWhenTheHeadWasReadAreNoGap() {
    bucket.subscribed();
    head("i", 5);
    message("i", 4, "a");
    message("i", 5, "b");
    message("i", 6, "c");
    assertThat(counts.gaps.sum()).isZero();
    assertThat(told).containsExactly("begins 5", "stale 5 [a]", "stale 5 [b]", "stale 5 [c]");
  }

  @Test
  void aMessageMissingAfterTheHeadIsAGap() {
    bucket.subscribed();
    head("i", 5);
    message("i", 7, "a");
    assertThat(counts.gaps.sum()).isEqualTo(1);
    assertThat(told).containsExactly("begins 5", "over 5", "begins 5", "stale 5 [a]");
  }

  @Test
  void aHeadReadLaterHidesNoGap() {
    bucket.subscribed();
    head("i", 5);
    head("i", 8);
    message("i", 9);
    assertThat(counts.gaps.sum()).isEqualTo(1);
  }

  @Test
  void aMissingMessageAndOneOfThePastAreGaps() {
    bucket.subscribed();
    message("i", 6);
    message("i", 8);
    assertThat(counts.gaps.sum()).isEqualTo(1);
    message("i", 7);
    assertThat(counts.gaps.sum()).isEqualTo(2);
    message("i", 8);
    assertThat(counts.gaps.sum()).isEqualTo(2);
    assertThat(counts.clears.sum()).isEqualTo(2);
    assertThat(trusted()).isTrue();
  }

  @Test
  void anotherIncarnationInAMessageForgetsEverything() {
    bucket.subscribed();
    message("i", 6);
    message("j", 7, "a");
    assertThat(told).containsExactly("begins 5", "over 5", "begins 5", "stale 5 [a]");
    assertThat(bucket.incarnation()).hasValue("j");
  }

  @Test
  void anotherIncarnationInTheHeadForgetsEverything() {
    bucket.subscribed();
    message("i", 6);
    head("j", 0);
    message("j", 1);
    assertThat(told).containsExactly("begins 5", "over 5", "begins 5");
    assertThat(bucket.incarnation()).hasValue("j");
  }

  @Test
  void silenceEndsTrustAtOnceAndIsToldAtTheNextTick() {
    bucket.subscribed();
    message("i", 6);
    now += 3 * SECOND;
    assertThat(trusted()).isTrue();
    assertThat(bucket.tick(now)).isFalse();
    now++;
    assertThat(trusted()).isFalse();
    assertThat(told).containsExactly("begins 5");
    assertThat(bucket.tick(now)).isTrue();
    assertThat(told).containsExactly("begins 5", "over 5");
    assertThat(counts.silences.sum()).isEqualTo(1);
  }

  @Test
  void aMessageAfterSilenceForgetsEvenWithoutATick() {
    bucket.subscribed();
    message("i", 6);
    now += 4 * SECOND;
    message("i", 7);
    assertThat(told).containsExactly("begins 5", "over 5", "begins 5");
    assertThat(counts.gaps.sum()).isZero();
  }

  @Test
  void afterSilenceAHeadAloneIsNotTrusted() {
    bucket.subscribed();
    head("i", 6);
    now += 4 * SECOND;
    bucket.tick(now);
    head("i", 6);
    assertThat(trusted()).isFalse();
    message("i", 7);
    assertThat(trusted()).isTrue();
  }

  @Test
  void aLostConnectionForgetsAndAnotherBeginsAnew() {
    bucket.subscribed();
    message("i", 6);
    bucket.disconnected();
    assertThat(trusted()).isFalse();
    bucket.subscribed();
    assertThat(trusted()).isFalse();
    head("i", 6);
    assertThat(trusted()).isTrue();
    message("i", 7);
    assertThat(told).containsExactly("begins 5", "over 5", "begins 5");
  }

  @Test
  void aConfirmedSubscriptionForgetsEvenWhenTheLossWasNotSeen() {
    bucket.subscribed();
    message("i", 6);
    bucket.subscribed();
    assertThat(told).containsExactly("begins 5", "over 5");
  }

  @Test
  void aMessageThatCannotBeKeptIsAGap() {
    bucket.subscribed();
    message("i", 6);
    bucket.lost();
    assertThat(trusted()).isFalse();
    message("i", 8);
    assertThat(trusted()).isTrue();
    assertThat(counts.gaps.sum()).isEqualTo(1);
  }

  @Test
  void aHeadThatGoesOnWithoutMessagesMeansThatTheSubscriptionIsDeaf() {
    bucket.subscribed();
    head("i", 5);
    head("i", 5);
    assertThat(bucket.deaf()).isFalse();
    head("i", 6);
    assertThat(bucket.deaf()).as("may be under way").isFalse();
    head("i", 6);
    assertThat(bucket.deaf()).isTrue();
    message("i", 6);
    assertThat(bucket.deaf()).isFalse();
  }

  @Test
  void theXminOfAnOldEnoughHeartbeatIsKnown() {
    bucket.subscribed();
    heartbeat(1, 1000, 50);
    now += SECOND;
    heartbeat(2, 2000, 60);
    message("i", 3, "a");
    assertThat(bucket.heartbeats().xminAt(now)).hasValue(60);
    assertThat(bucket.heartbeats().xminAt(now - 1)).hasValue(50);
    assertThat(bucket.heartbeats().xminAt(now - SECOND - 1)).isEqualTo(OptionalLong.empty());
    assertThat(bucket.heartbeats().newest().orElseThrow().committedMicros()).isEqualTo(2000);
  }

  @Test
  void heartbeatsAreBoundedAndForgottenWithTheirIncarnation() {
    bucket.subscribed();
    for (int i = 1; i <= 10; i++) {
      heartbeat(i, i * 1000L, i);
      now += SECOND;
    }
    assertThat(bucket.heartbeats().xminAt(now - 5 * SECOND)).isEqualTo(OptionalLong.empty());
    assertThat(bucket.heartbeats().xminAt(now - 4 * SECOND)).hasValue(7);
    message("j", 1);
    assertThat(bucket.heartbeats().newest()).isEmpty();
  }
}

package dev.freshet.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestEvent;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestReporterTest {

  private final Door door = new Door();

  @AfterEach
  void close() {
    door.close();
  }

  private ReporterBuilder reporter() {
    return RequestReporter.to(door.address())
        .service("shop")
        .token("secret")
        .flushEvery(Duration.ofMillis(20))
        .firstPause(Duration.ofMillis(1));
  }

  @Test
  void whatIsReportedArrivesAsItWas() {
    RequestReporter reporter = reporter().start();
    reporter.report(
        new AnsweredRequest(
            1_795_341_600_123L, "/a/{\"b\\\n}", "GET", 200, 12_000_345, "l2", "4bf92f"));
    reporter.report(
        new AnsweredRequest(1_795_341_600_123L, "", "get", 0, 86_400_000_000_000L, "", ""));
    reporter.close();
    assertThat(reporter.sent()).isEqualTo(1);
    assertThat(reporter.rejected()).isEqualTo(1);
    assertThat(door.rejected).containsExactly("route: holds a control character");
    assertThat(door.events)
        .containsExactly(
            new RequestEvent(
                1_795_341_600_123L,
                "shop",
                RequestEvent.UNMATCHED,
                HttpMethod.GET,
                0,
                86_400_000_000_000L,
                CacheOutcome.NONE,
                1,
                ""));
    assertThat(door.tokens).containsOnly("Bearer secret");
  }

  @Test
  void closingSendsWhatIsQueued() {
    RequestReporter reporter = reporter().flushEvery(Duration.ofHours(1)).start();
    for (int i = 0; i < 2_500; i++) {
      assertThat(reporter.report("/r/" + i % 7, "GET", 200, i)).isTrue();
    }
    reporter.close();
    assertThat(door.events).hasSize(2_500);
    assertThat(reporter.sent()).isEqualTo(2_500);
    assertThat(reporter.dropped()).isZero();
    assertThat(reporter.report("/late", "GET", 200, 1)).isFalse();
    assertThat(reporter.dropped()).isEqualTo(1);
  }

  @Test
  void comesAgainWhenToldTo() {
    door.refusals.add(429);
    door.refusals.add(503);
    RequestReporter reporter = reporter().start();
    reporter.report("/", "GET", 200, 1);
    reporter.close(Duration.ofSeconds(20));
    assertThat(door.events).hasSize(1);
    assertThat(door.tokens).hasSize(3);
    assertThat(reporter.dropped()).isZero();
    assertThat(reporter.problem()).isEmpty();
  }

  @Test
  void doesNotComeAgainWhenThatIsOfNoUse() {
    door.refusals.add(401);
    RequestReporter reporter = reporter().start();
    reporter.report("/", "GET", 200, 1);
    reporter.close(Duration.ofSeconds(20));
    assertThat(door.tokens).hasSize(1);
    assertThat(reporter.dropped()).isEqualTo(1);
    assertThat(reporter.problem()).contains("answered 401");
  }

  @Test
  void nobodyThereCostsTheRequestsAndNothingElse() {
    URI nowhere = door.address();
    door.close();
    RequestReporter reporter =
        RequestReporter.to(nowhere)
            .service("shop")
            .queueCapacity(10)
            .flushEvery(Duration.ofHours(1))
            .firstPause(Duration.ofMillis(1))
            .start();
    for (int i = 0; i < 2_000; i++) {
      reporter.report("/", "GET", 200, 1);
    }
    reporter.close(Duration.ofSeconds(20));
    assertThat(reporter.sent()).isZero();
    assertThat(reporter.dropped()).isEqualTo(2_000);
  }

  @Test
  void closingDoesNotWaitLongerThanItMay() {
    for (int i = 0; i < 5; i++) {
      door.refusals.add(503);
    }
    RequestReporter reporter = reporter().firstPause(Duration.ofHours(1)).start();
    reporter.report("/", "GET", 200, 1);
    reporter.close(Duration.ofMillis(50));
    assertThat(reporter.dropped()).isEqualTo(1);
  }

  @Test
  void needsAService() {
    assertThatThrownBy(() -> RequestReporter.to(door.address()).start())
        .isInstanceOf(IllegalStateException.class);
  }
}

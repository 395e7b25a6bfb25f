package dev.freshet.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StartupTest {

  private static final Duration WINDOW = Duration.ofMillis(1);

  @Test
  void whatGoesOnIsWaitedFor() {
    CountDownLatch started = new CountDownLatch(1);
    AtomicLong looks = new AtomicLong();
    Startup.await(
        "view",
        started,
        WINDOW,
        () -> {
          if (looks.incrementAndGet() == 100) {
            started.countDown();
          }
          return looks.get();
        },
        () -> "",
        "");
    assertThat(looks).hasValueGreaterThanOrEqualTo(100);
  }

  @Test
  void whatStandsStillIsTold() {
    assertThatExceptionOfType(FreshetException.class)
        .isThrownBy(
            () ->
                Startup.await(
                    "view", new CountDownLatch(1), WINDOW, () -> 7, () -> "still waiting", "look"))
        .satisfies(
            e -> {
              assertThat(e.kind()).isEqualTo(FreshetException.Kind.UNREACHABLE);
              assertThat(e.text()).contains("could not start view", "still waiting", "look");
            });
  }
}

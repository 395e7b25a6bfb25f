package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LimiterTest {

  private final CountDownLatch go = new CountDownLatch(1);
  private final CountDownLatch inside = new CountDownLatch(1);

  private CompletableFuture<String> occupy(Limiter limiter) throws InterruptedException {
    CompletableFuture<String> load =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return limiter.run(
                    () -> {
                      inside.countDown();
                      go.await(20, TimeUnit.SECONDS);
                      return "done";
                    });
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    inside.await(20, TimeUnit.SECONDS);
    return load;
  }

  @Test
  void beyondBothBoundsItSaysWhatIsFull() throws Exception {
    Limiter limiter = new Limiter(1, 0, Duration.ofMinutes(1));
    CompletableFuture<String> first = occupy(limiter);
    assertThatThrownBy(() -> limiter.run(() -> "x"))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("1 loads run and 0 wait");
    go.countDown();
    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(limiter.run(() -> "again")).isEqualTo("again");
    assertThat(limiter.runningNow()).isZero();
  }

  @Test
  void patienceEnds() throws Exception {
    Limiter limiter = new Limiter(1, 1, Duration.ofMillis(1));
    CompletableFuture<String> first = occupy(limiter);
    assertThatThrownBy(() -> limiter.run(() -> "x"))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("waited");
    assertThat(limiter.waitingNow()).isZero();
    go.countDown();
    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void aLoadWithinALoadNeedsNoRoomOfItsOwn() throws Exception {
    Limiter limiter = new Limiter(1, 0, Duration.ofMillis(1));
    assertThat(limiter.run(() -> limiter.run(() -> "inner"))).isEqualTo("inner");
  }

  @Test
  void aLoadThatThrowsMakesRoom() throws Exception {
    Limiter limiter = new Limiter(1, 0, Duration.ofMillis(1));
    assertThatThrownBy(
            () ->
                limiter.run(
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(limiter.run(() -> "next")).isEqualTo("next");
  }
}

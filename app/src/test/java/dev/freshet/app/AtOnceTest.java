package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AtOnceTest {

  @Test
  void tasksThatWaitForEachOtherGiveTheirAnswersInOrder() {
    CyclicBarrier met = new CyclicBarrier(3);
    List<Callable<Integer>> tasks =
        List.of(() -> 10 + met.await() * 0, () -> 11 + met.await() * 0, () -> 12 + met.await() * 0);
    assertThat(AtOnce.answers(tasks)).containsExactly(10, 11, 12);
  }

  @Test
  void aFailureIsToldOnceTheOthersHaveEnded() {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch failed = new CountDownLatch(1);
    List<Runnable> tasks =
        List.of(
            () -> {
              failed.countDown();
              throw new IllegalStateException("no port");
            },
            () -> {
              await(failed);
              ended.set(true);
            });
    assertThatThrownBy(() -> AtOnce.run(tasks)).hasMessage("no port");
    assertThat(ended).isTrue();
  }

  @Test
  void anInterruptReachesThemAll() {
    Thread.currentThread().interrupt();
    AtOnce.run(List.of(() -> await(new CountDownLatch(1)), () -> await(new CountDownLatch(1))));
    assertThat(Thread.interrupted()).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException told) {
      Thread.currentThread().interrupt();
    }
  }
}

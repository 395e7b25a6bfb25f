package dev.freshet.console.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger worked = new AtomicInteger();
  private final Recent<String, Integer> recent = new Recent<>(2, nanos::get);

  private int ask(String question) {
    return recent.get(question, worked::incrementAndGet);
  }

  private void pass(int millis) {
    nanos.addAndGet(Duration.ofMillis(millis).toNanos());
  }

  @Test
  void anAnswerIsGoodForHalfASecond() {
    assertEquals(1, ask("a"));
    pass(499);
    assertEquals(1, ask("a"));
    pass(1);
    assertEquals(2, ask("a"));
    assertEquals(3, ask("b"));
  }

  @Test
  void whileOneWorksOutTheNextOthersAreToldTheLast() {
    ask("a");
    pass(600);
    List<Integer> others = new ArrayList<>();
    int next =
        recent.get(
            "a",
            () -> {
              others.add(ask("a"));
              return 10;
            });
    assertEquals(10, next);
    assertEquals(List.of(1), others);
    assertEquals(10, ask("a"));
  }

  @Test
  void anAnswerOlderThanASecondIsNobodys() {
    ask("a");
    pass(1000);
    assertEquals(2, ask("a"));
  }

  @Test
  void whatFailedIsTriedAgain() {
    ask("a");
    pass(600);
    try {
      recent.get(
          "a",
          () -> {
            throw new IllegalStateException("not now");
          });
    } catch (IllegalStateException e) {
      assertEquals(1, ask("a")); // for a moment still the last
    }
    pass(400);
    assertEquals(2, ask("a"));
  }
}

package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswerTimeoutTest {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final EmbeddedChannel channel = channel();

  /** Of a clock that stands still unless it is moved. */
  private static EmbeddedChannel channel() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel.pipeline().addFirst(new AnswerTimeout(LIMIT));
    return channel;
  }

  private void pass(Duration time) {
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  @Test
  void closesWhenNothingAnswersWhatWasAsked() {
    channel.writeOutbound("PING");
    pass(LIMIT);
    assertThat(channel.isOpen()).isTrue();
    pass(LIMIT);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void anIdleConnectionStaysAndIsNotBlamedForAQuestionOfTheLastMoment() {
    pass(LIMIT.multipliedBy(10));
    pass(LIMIT.minusNanos(1));
    channel.writeOutbound("PING");
    pass(Duration.ofNanos(1));
    assertThat(channel.isOpen()).isTrue();
    channel.writeInbound("PONG");
    pass(LIMIT);
    pass(LIMIT);
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void anyAnswerIsASignOfLife() {
    for (int i = 0; i < 10; i++) {
      channel.writeOutbound("PING");
      channel.writeOutbound("PING");
      pass(LIMIT);
      channel.writeInbound("PONG");
      pass(LIMIT.minusNanos(1));
    }
    assertThat(channel.isOpen()).isTrue();
  }
}

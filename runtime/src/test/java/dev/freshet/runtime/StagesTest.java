package dev.freshet.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StagesTest {

  private static final long NOW = 1_767_225_600_000_000L;

  private final List<byte[]> sent = new ArrayList<>();
  private final Stages stages =
      new Stages(InstantSource.fixed(Instant.ofEpochMilli(NOW / 1000)), sent::add, () -> {});

  @Test
  void tenThousandChangesTravelAsAFewWeightedEventsWithTheSameQuantiles() {
    ExponentialHistogram exact = new ExponentialHistogram();
    Stages.Stage stage = stages.sinceCommit("commit-to-delete");
    for (int i = 0; i < 10_000; i++) {
      stage.reached(NOW - 1000 - i);
      exact.add(1_000_000 + i * 1000L);
    }
    stages.flush();
    assertThat(sent).hasSize(1);
    assertThat(sent.get(0).length).isLessThan(8_000);
    ExponentialHistogram told = new ExponentialHistogram();
    List<String> names = new ArrayList<>();
    read(
        event -> {
          told.add(event.durationNanos(), event.weight());
          names.add(event.service() + " " + event.route());
        });
    assertThat(names.stream().distinct()).containsExactly("freshet commit-to-delete");
    assertThat(told.count()).isEqualTo(10_000);
    List<String> expected = new ArrayList<>();
    exact.visit((index, n) -> expected.add(index + " " + n));
    List<String> found = new ArrayList<>();
    told.visit((index, n) -> found.add(index + " " + n));
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void nothingIsSentWhenNothingHappened() {
    stages.sinceCommit("commit-to-kafka").reached(NOW - 5);
    stages.flush();
    stages.flush();
    assertThat(sent).hasSize(1);
  }

  @Test
  void aClockThatIsAheadAndACommitNobodyKnowsDoNoHarm() {
    Stages.Stage stage = stages.sinceCommit("commit-to-kafka");
    stage.reached(new long[] {NOW + 70, 0, 1}, 3);
    stages.flush();
    List<Long> durations = new ArrayList<>();
    read(event -> durations.add(event.durationNanos()));
    assertThat(durations).hasSize(2).contains(0L);
    assertThat(durations.get(1)).isBetween(1L, RequestEvent.MAX_DURATION_NANOS);
  }

  private void read(Consumer<RequestFields> each) {
    for (byte[] batch : sent) {
      new RequestReader()
          .read(
              batch,
              NOW / 1000,
              new RequestReader.Sink() {
                @Override
                public void request(RequestFields event) {
                  each.accept(event);
                }

                @Override
                public void rejected(int index, String reason, int offset, int length) {
                  throw new AssertionError(reason);
                }
              });
    }
  }
}

package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.console.api.Setup;
import dev.freshet.console.api.Stage;
import dev.freshet.console.api.State;
import dev.freshet.console.api.Status;
import dev.freshet.runtime.Health;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which stage is told to stand still. */
class StatusTest {

  private static final Duration SILENT_AFTER = Duration.ofSeconds(30);
  private static final long LONG_AGO = Told.NOW - 60_000;

  private static Status status(Told told, Duration silentAfter) {
    return status(told, silentAfter, Health.of(Health.State.RUNNING));
  }

  private static Status status(Told told, Duration silentAfter, Health console) {
    Setup setup =
        new Setup(
            Map.of(),
            Map.of(),
            List.of(),
            List.of("1m", "5m"),
            Map.of(),
            250,
            silentAfter.toMillis());
    return Status.of(told.model, console, setup, Told.NOW);
  }

  private static List<State> ingestAndSink(Status status) {
    return status.stages().stream().limit(2).map(Stage::state).toList();
  }

  @Test
  void whatIsCapturedAndNotAppliedIsTheSinks() {
    Status status =
        status(new Told().heartbeat(1, LONG_AGO).captured(2, Told.NOW - 1000), SILENT_AFTER);
    assertThat(status.state()).isEqualTo(State.STOPPED);
    assertThat(ingestAndSink(status)).containsExactly(State.OK, State.STOPPED);
  }

  @Test
  void whatIsNotCapturedIsIngests() {
    Status status = status(new Told().heartbeat(1, LONG_AGO), SILENT_AFTER);
    assertThat(status.state()).isEqualTo(State.STOPPED);
    assertThat(ingestAndSink(status)).containsExactly(State.STOPPED, State.OK);
  }

  @Test
  void aRedisThatDoesNotAnswerIsToldBeforeThereIsSilence() {
    Told told = new Told().heartbeat(1, Told.NOW - 5000).away("redis", Told.NOW - 1000);
    Status status = status(told, SILENT_AFTER);
    assertThat(status.state()).isEqualTo(State.SLOW);
    assertThat(status.sentence())
        .contains("redis here could not be looked at: connection refused")
        .doesNotContain("Fresh");
    Status later =
        status(new Told().heartbeat(1, LONG_AGO).away("redis", Told.NOW - 1000), SILENT_AFTER);
    assertThat(later.state()).isEqualTo(State.STOPPED);
    assertThat(later.sentence()).contains("Nothing has come through for 60 s", "redis here");
    assertThat(
            status(new Told().heartbeat(1, Told.NOW - 5000).away("redis", LONG_AGO), SILENT_AFTER))
        .as("nobody has said so for a minute")
        .extracting(Status::state)
        .isEqualTo(State.OK);
  }

  @Test
  void aConsoleThatCannotReadKafkaSaysSo() {
    Told told = new Told().heartbeat(1, Told.NOW - 5000);
    Status status =
        status(
            told,
            SILENT_AFTER,
            new Health(Health.State.DEGRADED, "Kafka does not answer: timeout"));
    assertThat(status.state()).isEqualTo(State.STOPPED);
    assertThat(status.sentence())
        .isEqualTo("This console: Kafka does not answer: timeout. What it shows is old.");
  }

  @Test
  void rareHeartbeatsAreNoSilence() {
    Status status = status(new Told().heartbeat(1, LONG_AGO), Duration.ofMinutes(3));
    assertThat(ingestAndSink(status)).containsExactly(State.OK, State.OK);
  }

  @Test
  void whileItStillReadsItDoesNotSayThatTheCacheIsStale() {
    Status status =
        status(
            new Told().heartbeat(1, LONG_AGO),
            SILENT_AFTER,
            new Health(Health.State.STARTING, "reading"));
    assertThat(status.state()).isEqualTo(State.UNKNOWN);
    assertThat(status.sentence()).contains("still reads").doesNotContain("stale");
    assertThat(ingestAndSink(status)).doesNotContain(State.STOPPED);
  }

  @Test
  void aStageTellsItsRateAndItsLastErrorAlsoOnceThatIsOver() {
    Told told = new Told().heartbeat(1, Told.NOW - 1000).away("redis", LONG_AGO);
    told.part("redis", Told.NOW);
    Stage sink = status(told, SILENT_AFTER).stages().get(1);
    assertThat(sink.state()).isEqualTo(State.OK);
    assertThat(sink.lastError()).isEqualTo("redis here: connection refused");
    assertThat(sink.lastErrorAt()).isEqualTo("2025-12-31T23:59:00Z");
    assertThat(sink.perSecond()).isZero();
    assertThat(status(told, SILENT_AFTER).stages().get(0).lastError()).isNull();
  }

  @Test
  void aStageTellsItsStartsAndRebalancesOfTheLastHour() {
    long began = Told.NOW - 600_000;
    Told told =
        new Told()
            .heartbeat(1, Told.NOW - 1000)
            .process(began + 5_000, 5, "invalidation-stream", 0)
            .process(began + 15_000, 15, "invalidation-stream", 2)
            .process(began + 25_000, 25, "invalidation-stream", 2)
            .process(began + 35_000, 2, "ingest", 0);
    List<Stage> stages = status(told, SILENT_AFTER).stages();
    assertThat(stages.get(1).disturbances())
        .containsExactly(
            new Stage.Disturbed("started", "2025-12-31T23:50:00Z", 1),
            new Stage.Disturbed("rebalanced", "2025-12-31T23:50:15Z", 2));
    assertThat(stages.get(0).disturbances())
        .as("taken up by a process that ran before")
        .containsExactly(new Stage.Disturbed("started", "2025-12-31T23:50:35Z", 1));
    assertThat(stages.get(2).disturbances()).isEmpty();
    told.process(Told.NOW - 4_000_000, 1, "metrics-aggregator", 1);
    assertThat(status(told, SILENT_AFTER).stages().get(2).disturbances())
        .as("more than an hour ago")
        .isEmpty();
  }
}

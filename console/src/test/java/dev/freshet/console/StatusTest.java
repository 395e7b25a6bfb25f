package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.console.api.Stage;
import dev.freshet.console.api.State;
import dev.freshet.console.api.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which stage is told to stand still. */
class StatusTest {

  private static final Duration SILENT_AFTER = Duration.ofSeconds(30);
  private static final long LONG_AGO = Told.NOW - 60_000;

  private static Status status(Told told, Duration silentAfter) {
    return Status.of(told.model, Duration.ofMillis(250), silentAfter, Told.NOW);
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
  void rareHeartbeatsAreNoSilence() {
    Status status = status(new Told().heartbeat(1, LONG_AGO), Duration.ofMinutes(3));
    assertThat(ingestAndSink(status)).containsExactly(State.OK, State.OK);
  }
}

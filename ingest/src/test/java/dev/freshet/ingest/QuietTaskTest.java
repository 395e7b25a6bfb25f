package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.EventDispatcher;
import org.junit.jupiter.api.Test;

class QuietTaskTest {

  /** With another Debezium it may be elsewhere, and a third of the reader's time comes back. */
  @Test
  void debeziumKeepsItsDispatcherWhereItIsLookedFor() throws NoSuchFieldException {
    assertThat(ChangeEventSourceCoordinator.class.getDeclaredField("eventDispatcher").getType())
        .isEqualTo(EventDispatcher.class);
  }
}

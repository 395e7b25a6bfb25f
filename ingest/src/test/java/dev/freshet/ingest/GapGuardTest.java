package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.Lsn;
import dev.freshet.runtime.FreshetException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GapGuardTest {

  private static final SourceIdentity HERE = new SourceIdentity("77", "app", "shop");

  private static SlotState slot(String status, long confirmed, String why) {
    return new SlotState("pgoutput", "app", 0, status, -1, 100, new Lsn(confirmed), why);
  }

  private static CaptureOffsets at(long lsn, String system) {
    return new CaptureOffsets(
        Optional.of(Map.of("lsn", lsn, "lsn_proc", lsn, "txId", 9L)),
        Optional.of(new SourceIdentity(system, "app", "shop")));
  }

  private static void refused(CaptureOffsets offsets, Optional<SlotState> slot, String detail) {
    assertThatThrownBy(() -> GapGuard.check(offsets, HERE, slot))
        .isInstanceOfSatisfying(
            FreshetException.class,
            e ->
                org.assertj.core.api.Assertions.assertThat(e.text())
                    .contains("changes may have been missed")
                    .contains(detail));
  }

  @Test
  void aFirstStartMissesNothing() {
    CaptureOffsets none = new CaptureOffsets(Optional.empty(), Optional.empty());
    assertThatNoException()
        .isThrownBy(
            () -> {
              GapGuard.check(none, HERE, Optional.empty());
              GapGuard.check(none, HERE, Optional.of(slot("reserved", 50, "")));
            });
  }

  @Test
  void aSlotAtOrBehindThePositionMissesNothing() {
    assertThatNoException()
        .isThrownBy(
            () -> {
              GapGuard.check(at(100, "77"), HERE, Optional.of(slot("reserved", 100, "")));
              GapGuard.check(at(100, "77"), HERE, Optional.of(slot("extended", 60, "")));
            });
  }

  @Test
  void everythingElseIsRefused() {
    refused(at(100, "77"), Optional.empty(), "slot shop is gone");
    refused(at(100, "77"), Optional.of(slot("reserved", 101, "")), "was made again");
    refused(at(100, "77"), Optional.of(slot("lost", 50, "")), "wal_status lost");
    refused(at(100, "77"), Optional.of(slot("reserved", 50, "idle_timeout")), "idle_timeout");
    refused(at(100, "78"), Optional.of(slot("reserved", 50, "")), "of system 78");
  }
}

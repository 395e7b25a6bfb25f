package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.Lsn;
import dev.freshet.runtime.FreshetException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GapGuardTest {

  private static final SourceIdentity HERE = new SourceIdentity("77", "app", "shop", 2);

  private static final TimelineHistory HISTORY =
      TimelineHistory.parse("# left by nobody\n\n1\t0/64\tno recovery target specified\n");

  private static SlotState slot(String status, long confirmed, String why) {
    return new SlotState("pgoutput", "app", 0, status, -1, 100, new Lsn(confirmed), why);
  }

  private static CaptureOffsets at(long lsn, String system) {
    return at(lsn, system, 2);
  }

  private static CaptureOffsets at(long lsn, String system, int timeline) {
    return new CaptureOffsets(
        Optional.of(Map.of("lsn", lsn, "lsn_proc", lsn, "txId", 9L)),
        Optional.of(new SourceIdentity(system, "app", "shop", timeline)));
  }

  private static void refused(CaptureOffsets offsets, Optional<SlotState> slot, String detail) {
    assertThatThrownBy(() -> GapGuard.check(offsets, HERE, slot, HISTORY))
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
              GapGuard.check(none, HERE, Optional.empty(), HISTORY);
              GapGuard.check(none, HERE, Optional.of(slot("reserved", 50, "")), HISTORY);
            });
  }

  @Test
  void aSlotAtOrBehindThePositionMissesNothing() {
    assertThatNoException()
        .isThrownBy(
            () -> {
              GapGuard.check(at(100, "77"), HERE, Optional.of(slot("reserved", 100, "")), HISTORY);
              GapGuard.check(at(100, "77"), HERE, Optional.of(slot("extended", 60, "")), HISTORY);
            });
  }

  @Test
  void aPromotedStandbyThatHadEverythingMissesNothing() {
    assertThatNoException()
        .isThrownBy(
            () -> {
              Optional<SlotState> synced = Optional.of(slot("reserved", 90, ""));
              GapGuard.check(at(100, "77", 1), HERE, synced, HISTORY);
              // A position from before timelines were remembered.
              GapGuard.check(at(500, "77", 0), HERE, synced, HISTORY);
            });
  }

  /** Its log goes on below the position: a slot made there looks as if it had kept everything. */
  @Test
  void aPromotedStandbyThatWasBehindIsRefusedThoughItsSlotStandsBehindThePosition() {
    Optional<SlotState> madeThere = Optional.of(slot("reserved", 101, ""));
    refused(at(102, "77", 1), madeThere, "left that one at 0/64");
    refused(at(102, "77", 7), madeThere, "of timeline 7");
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

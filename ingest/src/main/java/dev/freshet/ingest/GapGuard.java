package dev.freshet.ingest;

import dev.freshet.events.Lsn;
import dev.freshet.runtime.FreshetException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides whether capture may go on: only when no committed change can have been missed.
 *
 * <p>A first start may (there is nothing to miss), and so may a slot without a stored position: the
 * slot has kept everything since it was last confirmed. All else must fit together: the same
 * database, the same slot, and a slot that has not moved past what Kafka has.
 */
final class GapGuard {

  private GapGuard() {}

  /**
   * @param here what Postgres says it is
   * @param slot empty when there is no such slot
   * @throws FreshetException when changes may have been missed
   */
  static void check(CaptureOffsets kafka, SourceIdentity here, Optional<SlotState> slot) {
    Lsn stored = kafka.position().map(GapGuard::lsn).orElse(new Lsn(0));
    if (slot.isPresent() && slot.get().lost()) {
      throw gap(
          here.slot(),
          "replication slot %s is lost (%s): Postgres no longer has the log after %s"
              .formatted(here.slot(), reason(slot.get()), later(stored, slot.get().confirmed())),
          "SELECT pg_drop_replication_slot('" + here.slot().replace("'", "''") + "');\n");
    }
    if (kafka.position().isEmpty()) {
      return;
    }
    kafka
        .source()
        .filter(there -> !there.system().equals(here.system()))
        .ifPresent(
            there -> {
              throw gap(
                  here.slot(),
                  "the stored position is of system %s, database %s; this is system %s, database %s"
                      .formatted(there.system(), there.database(), here.system(), here.database()),
                  "");
            });
    if (slot.isEmpty()) {
      throw gap(
          here.slot(),
          "Kafka has a position (%s), but replication slot %s is gone; what was committed after %s and before a new slot is not captured"
              .formatted(stored, here.slot(), stored),
          "");
    }
    Lsn confirmed = slot.get().confirmed();
    if (confirmed.compareTo(stored) > 0) {
      throw gap(
          here.slot(),
          "replication slot %s stands at %s, Kafka has changes up to %s: the slot was made again or moved by someone else"
              .formatted(here.slot(), confirmed, stored),
          "");
    }
  }

  private static String reason(SlotState slot) {
    return slot.why().isEmpty() ? "wal_status " + slot.walStatus() : slot.why();
  }

  private static Lsn later(Lsn a, Lsn b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  /** The furthest LSN a stored offset names. */
  static Lsn lsn(Map<String, Object> offset) {
    return new Lsn(
        Stream.of("lsn", "lsn_proc", "lsn_commit")
            .map(offset::get)
            .filter(Number.class::isInstance)
            .mapToLong(value -> ((Number) value).longValue())
            .max()
            .orElse(0));
  }

  private static FreshetException gap(String slot, String detail, String sql) {
    return FreshetException.unfit(
        "changes may have been missed; capture does not continue over a gap",
        detail,
        sql
            + "then accept the gap with: freshet reset --yes (it clears the caches of this namespace);"
            + " the next start makes slot "
            + slot
            + " anew");
  }
}

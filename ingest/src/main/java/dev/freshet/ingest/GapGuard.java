package dev.freshet.ingest;

import dev.freshet.events.Lsn;
import dev.freshet.ingest.Gap.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides whether capture may go on: only when no committed change can have been missed.
 *
 * <p>A first start may (there is nothing to miss), and so may a slot without a stored position: the
 * slot has kept everything since it was last confirmed. All else must fit together: the same
 * database, with a history that has what Kafka has, the same slot, and a slot that has not moved
 * past what Kafka has.
 */
final class GapGuard {

  private GapGuard() {}

  /**
   * @param here what Postgres says it is
   * @param slot empty when there is no such slot
   * @param history of the server
   * @throws dev.freshet.runtime.FreshetException when changes may have been missed
   */
  static void check(
      CaptureOffsets kafka,
      SourceIdentity here,
      Optional<SlotState> slot,
      TimelineHistory history) {
    find(kafka, here, slot, history)
        .ifPresent(
            gap -> {
              throw gap.refusal();
            });
  }

  /** Why changes may have been missed; empty when none can. */
  static Optional<Gap> find(
      CaptureOffsets kafka,
      SourceIdentity here,
      Optional<SlotState> slot,
      TimelineHistory history) {
    Lsn stored = kafka.position().map(GapGuard::lsn).orElse(new Lsn(0));
    if (slot.isPresent() && slot.get().lost()) {
      return gap(
          Reason.LOST,
          here,
          "replication slot %s is lost (%s): Postgres no longer has the log after %s"
              .formatted(here.slot(), reason(slot.get()), later(stored, slot.get().confirmed())));
    }
    if (kafka.position().isEmpty()) {
      return Optional.empty();
    }
    if (kafka.source().isPresent()) {
      SourceIdentity there = kafka.source().get();
      if (!there.system().equals(here.system())) {
        return gap(
            Reason.OTHER_SYSTEM,
            here,
            "the stored position is of system %s, database %s; this is system %s, database %s"
                .formatted(there.system(), there.database(), here.system(), here.database()));
      }
      boolean known = there.timeline() != 0 && there.timeline() != here.timeline();
      Lsn end = history.endOf(there.timeline()).orElse(new Lsn(0));
      if (known && stored.compareTo(end) > 0) {
        return gap(
            Reason.BRANCHED,
            here,
            "Kafka has changes up to %s of timeline %d; this server is on timeline %d and left that one at %s: it was promoted before it had the rest"
                .formatted(stored, there.timeline(), here.timeline(), end));
      }
    }
    if (slot.isEmpty()) {
      return gap(
          Reason.GONE,
          here,
          "Kafka has a position (%s), but replication slot %s is gone; what was committed after %s and before a new slot is not captured"
              .formatted(stored, here.slot(), stored));
    }
    Lsn confirmed = slot.get().confirmed();
    if (confirmed.compareTo(stored) > 0) {
      return gap(
          Reason.MOVED,
          here,
          "replication slot %s stands at %s, Kafka has changes up to %s: the slot was made again or moved by someone else"
              .formatted(here.slot(), confirmed, stored));
    }
    return Optional.empty();
  }

  private static Optional<Gap> gap(Reason reason, SourceIdentity here, String detail) {
    return Optional.of(new Gap(reason, here.slot(), detail));
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
}

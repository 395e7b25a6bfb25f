package dev.freshet.ingest;

import dev.freshet.runtime.FreshetException;
import java.util.Locale;

/**
 * Changes may have been missed.
 *
 * @param reason what kind of gap it is
 * @param slot the slot it was found at
 * @param detail what was found, with values
 */
record Gap(Reason reason, String slot, String detail) {

  /** How changes are missed. */
  enum Reason {
    /** Postgres removed log that the slot needed. */
    LOST,
    /** There is no slot, and there was one. */
    GONE,
    /** The slot stands behind what Kafka has: it was made again, or moved. */
    MOVED,
    /** The server never had the last changes that Kafka has: a standby that was behind. */
    BRANCHED,
    /** The server is not the one the position belongs to. */
    OTHER_SYSTEM;

    /** As metrics and logs name it. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Whether capture may begin anew by itself. Another system may as well be a wrong address, and
   * its transaction ids may be lower than those the cache has seen: that is for people to decide.
   */
  boolean passable() {
    return reason != Reason.OTHER_SYSTEM;
  }

  /** What to tell who may not go on. */
  FreshetException refusal() {
    String drop =
        reason == Reason.LOST
            ? "SELECT pg_drop_replication_slot('" + slot.replace("'", "''") + "');\n"
            : "";
    return FreshetException.unfit(
        "changes may have been missed; capture does not continue over a gap",
        detail,
        drop
            + "then accept the gap with: freshet reset --yes (it clears the caches of this namespace);"
            + " the next start makes slot "
            + slot
            + " anew");
  }
}

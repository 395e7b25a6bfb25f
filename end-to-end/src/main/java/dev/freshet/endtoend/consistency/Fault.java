package dev.freshet.endtoend.consistency;

import java.util.Locale;

/** What goes wrong in a run. */
enum Fault {
  /** Invalidations come twice. */
  DUPLICATES(Kind.TRAIT),
  /** Invalidations stand in another order than the commits they come from. */
  REORDERING(Kind.TRAIT),
  /** The sink goes back to an earlier offset now and then. */
  REPLAYS(Kind.TRAIT),
  /** Writing transactions stay open for seconds and hold xmin back. */
  LONG_WRITES(Kind.TRAIT),
  /** Transaction ids pass 2^32 in the middle of the run. */
  XID_WRAP(Kind.TRAIT),
  /** One tag is carried by more entries than a call may delete. */
  HUGE_TAG(Kind.TRAIT),
  /** Redis has less memory than the entries need. */
  EVICTION(Kind.TRAIT),
  /** Redis forgets all scripts. */
  SCRIPT_FLUSH(Kind.EVENT),
  /** Redis drops every connection, with what is under way on it. */
  DISCONNECT(Kind.EVENT),
  /** The sink dies in the middle of a batch, and another takes over. */
  APPLIER_CRASH(Kind.EVENT),
  /** A second sink applies the same offsets at the same time. */
  SECOND_APPLIER(Kind.EVENT),
  /** Redis loses everything, and goes on. */
  FLUSHALL(Kind.EVENT),
  /** Redis is stopped and started with its data. */
  RESTART(Kind.EVENT),
  /** Redis is killed and comes back with nothing. */
  RESTART_EMPTY(Kind.EVENT),
  /** Redis is killed and comes back with what it had a while ago. */
  RESTART_OLDER(Kind.LOSS),
  /** A replica that has missed the latest writes takes Redis's place. */
  FAILOVER(Kind.LOSS);

  /** When a fault acts. */
  enum Kind {
    /** All the time. */
    TRAIT,
    /** Once, at its time. */
    EVENT,
    /** Once, and entries that were deleted come back by it, until the sink has gone back too. */
    LOSS
  }

  private final Kind kind;

  Fault(Kind kind) {
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** The figure that counts how often it happened. */
  String figure() {
    return "fault_" + name().toLowerCase(Locale.ROOT);
  }
}

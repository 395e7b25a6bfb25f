package dev.freshet.cache;

/** What became of a loaded value. */
public sealed interface Filled {

  /** It is in the cache. */
  record Stored() implements Filled {}

  /** It was not stored; serving it to the caller who loaded it is fine. */
  sealed interface Refused extends Filled {

    /** One word for metrics: closed, incarnation, floor, mark or unfinished. */
    String reason();
  }

  /** No heartbeat was applied yet, so nothing can be judged: Freshet is starting, or never ran. */
  record RefusedAsClosed() implements Refused {
    @Override
    public String reason() {
      return "closed";
    }
  }

  /** The cache was lost or reset since the load began; {@code current} is its incarnation now. */
  record RefusedByIncarnation(String current) implements Refused {
    @Override
    public String reason() {
      return "incarnation";
    }
  }

  /** The load began before what is still remembered; fences must be above {@code floor}. */
  record RefusedByFloor(long floor) implements Refused {
    @Override
    public String reason() {
      return "floor";
    }
  }

  /** Transaction {@code mark} touched {@code tag}, and the load may not have seen it. */
  record RefusedByMark(String tag, long mark) implements Refused {
    @Override
    public String reason() {
      return "mark";
    }
  }

  /** Transaction {@code xid} was applied and is not in the load's snapshot. */
  record RefusedByUnfinished(long xid) implements Refused {
    @Override
    public String reason() {
      return "unfinished";
    }
  }
}

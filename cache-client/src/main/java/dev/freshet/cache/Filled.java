package dev.freshet.cache;

/** What became of a loaded value. */
public sealed interface Filled {

  /** It is in the cache. */
  record Stored() implements Filled {}

  /** It was not stored; serving it to the caller who loaded it is fine. */
  sealed interface Refused extends Filled {}

  /** A change of {@code tag} was applied that the load may not have seen. */
  record RefusedByMark(String tag, long mark) implements Refused {}

  /** The load began before what is still remembered, or nothing is remembered yet. */
  record RefusedByFloor() implements Refused {}
}

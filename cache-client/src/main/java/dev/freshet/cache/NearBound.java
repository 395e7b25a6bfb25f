package dev.freshet.cache;

/**
 * How much a local cache holds.
 *
 * @param maximum entries, or the sum of their weights; at least 1
 * @param weighed whether weights count
 */
record NearBound(long maximum, boolean weighed) {

  NearBound {
    if (maximum < 1) {
      throw new IllegalArgumentException("a local cache of " + maximum + " holds nothing");
    }
  }

  static NearBound entries(long maximum) {
    return new NearBound(maximum, false);
  }

  static NearBound weight(long maximum) {
    return new NearBound(maximum, true);
  }
}

package dev.freshet.invalidation;

/**
 * Names of Freshet's own keys in Redis. The braces keep a bucket in one Redis Cluster slot.
 *
 * @param namespace prefixes every key
 * @param bucket from 0
 */
record RedisKeys(String namespace, int bucket) {

  /** What every key of the bucket begins with. */
  String prefix() {
    return namespace + ":{" + bucket + "}:";
  }

  /** Hash: how far the sink got, the newest heartbeat, the floor. */
  String head() {
    return prefix() + "head";
  }

  /** A pattern that all entries of all buckets match. */
  static String entries(String namespace) {
    return namespace + ":{*}:entry:*";
  }

  /** A pattern that all keys of all buckets match: a namespace has no pattern characters. */
  static String all(String namespace) {
    return namespace + ":{*}:*";
  }
}

package dev.freshet.invalidation;

/**
 * Names of Freshet's own keys in Redis. The braces keep a bucket in one Redis Cluster slot.
 *
 * @param namespace prefixes every key
 */
record RedisKeys(String namespace) {

  private String bucket() {
    return namespace + ":{0}:";
  }

  /** Hash: how far the sink got, the newest watermark, the floor. */
  String head() {
    return bucket() + "head";
  }

  /** Sorted set: tag to the highest transaction that touched it. */
  String marks() {
    return bucket() + "marks";
  }

  /** What stands before a tag in the name of its index: a sorted set, entry key to expiry. */
  String index() {
    return bucket() + "tag:";
  }

  /** A pattern that all of them match, and nothing else: a namespace has no pattern characters. */
  String all() {
    return bucket() + "*";
  }
}

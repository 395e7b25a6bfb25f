package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.cluster.SlotHash;

/**
 * The names of Freshet's keys in Redis. Everything of a bucket lies in one Redis Cluster slot.
 *
 * @param namespace the one Freshet runs under
 * @param buckets at least 1; the field {@code buckets} of the heads
 */
public record Layout(String namespace, int buckets) {

  public Layout {
    if (buckets < 1) {
      throw new IllegalArgumentException("buckets is " + buckets + "; it must be at least 1");
    }
  }

  /** The bucket an entry belongs to, from 0 to {@code buckets - 1}. */
  public int bucket(String key) {
    return buckets == 1 ? 0 : SlotHash.getSlot(key.getBytes(UTF_8)) % buckets;
  }

  /** What every key of this bucket begins with. */
  public String prefix(int bucket) {
    return namespace + ":{" + bucket + "}:";
  }

  /** The Redis key of an entry; any client may {@code GET} it. */
  public String entry(String key) {
    return prefix(bucket(key)) + "entry:" + key;
  }

  /** The Redis key of who loads an entry now. */
  public String lease(String key) {
    return prefix(bucket(key)) + "lease:" + key;
  }

  /** The Redis key of a bucket's head. */
  public String head(int bucket) {
    return prefix(bucket) + "head";
  }

  /** The channel that tells what became stale in a bucket. */
  public String feed(int bucket) {
    return prefix(bucket) + "feed";
  }
}

package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The protocol itself, for tools and tests that drive each step of it. Entries are what the caller
 * passes, without a header, stored only through the fence.
 *
 * <p>Thread-safe. Errors of Redis come through as Lettuce throws them.
 */
public final class RedisTier implements AutoCloseable {

  private static final String INCARNATION = "incarnation";
  private static final String BUCKETS = "buckets";

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final Link link;
  private final Layout layout;

  private RedisTier(Link link, String namespace) {
    this.link = link;
    if (!link.await(CONNECT_LIMIT)) {
      link.close();
      throw new RedisConnectionException("Redis was not reached within " + CONNECT_LIMIT);
    }
    this.layout = new Layout(namespace, buckets(link, namespace));
  }

  /**
   * Redis alone or behind Sentinel, on a connection of its own.
   *
   * @param namespace the namespace Freshet runs under
   */
  public static RedisTier open(RedisClient client, String namespace) {
    return new RedisTier(Link.to(client), namespace);
  }

  /** A Redis Cluster. */
  public static RedisTier open(RedisClusterClient client, String namespace) {
    return new RedisTier(Link.to(client), namespace);
  }

  /** As the head says when this is opened; 1 before there is one. */
  private static int buckets(Link link, String namespace) {
    byte[] said = await(link, link.commands().hget(new Layout(namespace, 1).head(0), BUCKETS));
    return said == null ? 1 : Integer.parseInt(new String(said, UTF_8));
  }

  /** The names of the keys. */
  public Layout layout() {
    return layout;
  }

  /** The Redis key of an entry; any client may {@code GET} it. */
  public String entryKey(String key) {
    return layout.entry(key);
  }

  /** The cached value. */
  public Optional<String> get(String key) {
    byte[] value = await(link, link.commands().get(layout.entry(key)));
    return Optional.ofNullable(value).map(bytes -> new String(bytes, UTF_8));
  }

  /** The incarnation of this entry's bucket, to be read before a load; empty when it has none. */
  public String incarnation(String key) {
    byte[] name = await(link, link.commands().hget(layout.head(layout.bucket(key)), INCARNATION));
    return name == null ? "" : new String(name, UTF_8);
  }

  /**
   * Stores a loaded value, unless a change the load may not have seen was already applied to one of
   * its tags. One round trip.
   *
   * @param tags everything whose change makes the value stale; at most 1000
   * @param incarnation as it was before the load
   * @param fence taken before the load's reads, on their connection
   * @param timeToLive at least 1 ms
   */
  public Filled fill(
      String key,
      String value,
      Collection<String> tags,
      String incarnation,
      Fence fence,
      Duration timeToLive) {
    return await(link, fillAsync(key, value, tags, incarnation, fence, timeToLive));
  }

  /** The same without waiting. */
  public CompletionStage<Filled> fillAsync(
      String key,
      String value,
      Collection<String> tags,
      String incarnation,
      Fence fence,
      Duration timeToLive) {
    return FillScript.run(
        link.commands(), layout, key, value.getBytes(UTF_8), tags, incarnation, fence, timeToLive);
  }

  private static <T> T await(Link link, CompletionStage<T> stage) {
    Duration limit = link.timeout();
    try {
      return stage.toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RedisException redis ? redis : new RedisException(e.getCause());
    } catch (TimeoutException e) {
      throw new RedisCommandTimeoutException("Redis did not answer within " + limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisCommandInterruptedException(e);
    }
  }

  @Override
  public void close() {
    link.close();
  }
}

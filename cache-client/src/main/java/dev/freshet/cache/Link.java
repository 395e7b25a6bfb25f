package dev.freshet.cache;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to an application's Redis: alone, behind Sentinel, or a cluster, with the commands that
 * all of them know. Names are text, values are bytes.
 *
 * <p>A Redis that cannot be reached at the start is tried again, at most once a second, on a thread
 * of its own; until then there are no commands. So is one that was given up. Thread-safe.
 */
final class Link implements AutoCloseable {

  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A connection with its commands, which each kind of Redis gives out in its own way. */
  record Connected(
      StatefulConnection<String, byte[]> connection,
      RedisClusterAsyncCommands<String, byte[]> commands) {}

  private final Supplier<Connected> connector;
  private final Supplier<StatefulRedisPubSubConnection<String, String>> subscriber;
  private final LongSupplier nanoTime;
  private CompletableFuture<Connected> attempt;
  private long attemptNanos;
  private volatile @Nullable Connected connected;
  private boolean closed;

  Link(
      Supplier<Connected> connector,
      Supplier<StatefulRedisPubSubConnection<String, String>> subscriber,
      LongSupplier nanoTime) {
    this.connector = connector;
    this.subscriber = subscriber;
    this.nanoTime = nanoTime;
    this.attemptNanos = nanoTime.getAsLong();
    this.attempt = connect();
  }

  /** Alone or behind Sentinel, as the client's address says. */
  static Link to(RedisClient client) {
    return new Link(
        () -> {
          StatefulRedisConnection<String, byte[]> connection = client.connect(CODEC);
          return new Connected(connection, connection.async());
        },
        () -> client.connectPubSub(StringCodec.UTF8),
        System::nanoTime);
  }

  /** A cluster; any of its nodes hears all channels. */
  static Link to(RedisClusterClient client) {
    return new Link(
        () -> {
          StatefulRedisClusterConnection<String, byte[]> connection = client.connect(CODEC);
          return new Connected(connection, connection.async());
        },
        () -> client.connectPubSub(StringCodec.UTF8),
        System::nanoTime);
  }

  private CompletableFuture<Connected> connect() {
    CompletableFuture<Connected> started = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                Connected connected = connector.get();
                if (!started.complete(connected)) {
                  connected.connection().close(); // we were closed meanwhile
                }
              } catch (RuntimeException e) {
                started.completeExceptionally(e);
              }
            },
            "freshet-redis-connect");
    thread.setDaemon(true);
    thread.start();
    return started;
  }

  /**
   * Waits for the first connection.
   *
   * @return whether there is one
   */
  boolean await(Duration atMost) {
    try {
      current().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The commands of the one connection, shared by all threads.
   *
   * @throws RedisConnectionException at once, if Redis was not reached yet
   */
  RedisClusterAsyncCommands<String, byte[]> commands() {
    return connected().commands();
  }

  /** How long the client waits for an answer. */
  Duration timeout() {
    return connected().connection().getTimeout();
  }

  /** Opens a connection for channels. */
  Supplier<StatefulRedisPubSubConnection<String, String>> subscriber() {
    return subscriber;
  }

  private Connected connected() {
    Connected known = connected;
    return known == null ? settled() : known;
  }

  private synchronized Connected settled() {
    CompletableFuture<Connected> now = current();
    if (now.isDone() && !now.isCompletedExceptionally()) {
      connected = now.join();
      return now.join();
    }
    throw new RedisConnectionException("Redis was not reached yet; it is being tried again");
  }

  /**
   * Gives up a connection that takes commands and answers none, and makes another: to a host that
   * vanished without a word, the kernel would go on sending for a quarter of an hour. Does not
   * wait; nothing happens while a connection is being made.
   */
  synchronized void renew() {
    Connected silent = connected;
    if (silent == null || closed) {
      return;
    }
    connected = null;
    attemptNanos = nanoTime.getAsLong();
    attempt = connect();
    var unused = silent.connection().closeAsync();
  }

  private synchronized CompletableFuture<Connected> current() {
    if (attempt.isCompletedExceptionally()
        && nanoTime.getAsLong() - attemptNanos >= RETRY_NANOS
        && !attempt.isCancelled()) {
      attemptNanos = nanoTime.getAsLong();
      attempt = connect();
    }
    return attempt;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (!attempt.cancel(false) && !attempt.isCompletedExceptionally()) {
      attempt.join().connection().close();
    }
  }
}

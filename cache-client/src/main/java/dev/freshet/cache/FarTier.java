package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries in Redis. Every call has a time limit of its own; when Redis is gone or late
 * repeatedly it is left alone for a moment, so that an outage costs each reader nothing.
 * Thread-safe.
 */
final class FarTier {

  private static final Logger LOG = LoggerFactory.getLogger(FarTier.class);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long TELL_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** After a silence of so long the connection is taken for dead. */
  private static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** One late answer is a pause somewhere; so many are an outage. */
  private static final int LATE_IN_A_ROW = 3;

  private static final Script RELEASE =
      Script.of(
          "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('UNLINK', KEYS[1]) end"
              + " return {1}");

  private final Link link;
  private final Supplier<Layout> layout;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final LongAdder errors = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final AtomicInteger silent = new AtomicInteger();
  private volatile long silentSinceNanos;
  private volatile boolean down;
  private volatile long toldNanos;
  private final AtomicLong askAgainNanos = new AtomicLong();

  FarTier(Link link, Supplier<Layout> layout, Duration timeout, LongSupplier nanoTime) {
    this.link = link;
    this.layout = layout;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
    this.toldNanos = nanoTime.getAsLong() - TELL_EVERY_NANOS;
  }

  Layout layout() {
    return layout.get();
  }

  CompletableFuture<Optional<StoredEntry>> get(String key) {
    return ask(redis -> redis.get(layout().entry(key))).thenApply(this::parsed);
  }

  /**
   * The same while this thread waits, which needs neither a timer nor a chain of futures.
   *
   * @throws RedisException whatever went wrong
   */
  Optional<StoredEntry> read(String key) {
    if (!mayAsk()) {
      throw silence();
    }
    Throwable error;
    try {
      RedisFuture<byte[]> answer = link.commands().get(layout().entry(key));
      if (inTime(answer)) {
        byte[] raw = answer.get();
        answered(null);
        return parsed(raw);
      }
      error = new RedisCommandTimeoutException("Redis did not answer within " + timeout);
    } catch (ExecutionException e) {
      error = e.getCause() == null ? e : e.getCause();
    } catch (InterruptedException e) {
      throw interrupted(e); // which says nothing about Redis
    } catch (RedisCommandInterruptedException e) {
      throw e; // nor does this, as Lettuce's own futures have it
    } catch (RedisException e) {
      error = e;
    }
    answered(error);
    throw asRedis(error);
  }

  /** Whether it is there; if not, it is no longer waited for. */
  private boolean inTime(RedisFuture<?> answer) throws InterruptedException {
    boolean there = false;
    try {
      there = answer.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      if (!there) {
        answer.cancel(true);
      }
    }
    return there;
  }

  /** One round trip to each node. Keys without an entry are not in the map. */
  CompletableFuture<Map<String, StoredEntry>> getAll(Collection<String> keys) {
    Layout names = layout();
    Map<String, String> keyOf = new HashMap<>();
    keys.forEach(key -> keyOf.put(names.entry(key), key));
    return ask(redis -> redis.mget(keyOf.keySet().toArray(String[]::new)))
        .thenApply(
            values -> {
              Map<String, StoredEntry> found = new HashMap<>();
              for (KeyValue<String, byte[]> value : values) {
                String key = keyOf.get(value.getKey());
                if (key != null && value.hasValue()) {
                  parsed(value.getValue()).ifPresent(entry -> found.put(key, entry));
                }
              }
              return found;
            });
  }

  private Optional<StoredEntry> parsed(byte @Nullable [] raw) {
    if (raw == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(StoredEntry.parse(raw));
    } catch (IllegalArgumentException e) {
      malformed.increment();
      LOG.debug("an entry cannot be read and counts as missing", e);
      return Optional.empty();
    }
  }

  CompletableFuture<Filled> fill(
      String key,
      byte[] raw,
      List<String> tags,
      String incarnation,
      Fence fence,
      Duration timeToLive) {
    return ask(
        redis -> FillScript.run(redis, layout(), key, raw, tags, incarnation, fence, timeToLive));
  }

  /** Whether this process may load it now. */
  CompletableFuture<Boolean> lease(String key, String token, Duration atMost) {
    return ask(redis ->
            redis.set(
                layout().lease(key),
                token.getBytes(UTF_8),
                SetArgs.Builder.nx().px(Math.max(1, atMost.toMillis()))))
        .thenApply("OK"::equals);
  }

  /** Gives the lease back, unless it has passed to another; nobody waits for it. */
  void release(String key, String token) {
    CompletionStage<List<Object>> sent =
        ask(redis -> RELEASE.run(redis, layout().lease(key), token.getBytes(UTF_8)));
    sent.whenComplete((done, error) -> LOG.trace("lease of {} given back", key, error));
  }

  /** What a waiter sees: the entry, and whether somebody still loads it. */
  record Waiting(Optional<StoredEntry> entry, boolean leased) {}

  CompletableFuture<Waiting> look(String key) {
    return ask(redis -> redis.mget(layout().entry(key), layout().lease(key)))
        .thenApply(
            both ->
                new Waiting(
                    both.get(0).hasValue() ? parsed(both.get(0).getValue()) : Optional.empty(),
                    both.get(1).hasValue()));
  }

  /** Sends a command, unless Redis is being left alone; the future fails after the time limit. */
  <T> CompletableFuture<T> ask(
      Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
    if (!mayAsk()) {
      return CompletableFuture.failedFuture(silence());
    }
    CompletableFuture<T> answer;
    try {
      answer =
          command
              .apply(link.commands())
              .thenApply(Function.identity())
              .toCompletableFuture()
              .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RedisException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.whenComplete((value, error) -> answered(error));
  }

  private void answered(@Nullable Throwable error) {
    if (error == null) {
      silent.set(0);
      if (down) {
        down = false;
        LOG.debug("Redis answers again");
      }
      return;
    }
    errors.increment();
    Throwable cause = error.getCause() == null ? error : error.getCause();
    boolean late =
        cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException;
    boolean gone = cause instanceof RedisConnectionException || cause instanceof IOException;
    if (gone || (late && longSilent())) {
      leaveAlone(cause);
    }
  }

  /** Whether so many answers in a row were late that Redis is better left alone. */
  private boolean longSilent() {
    int times = silent.incrementAndGet();
    long now = nanoTime.getAsLong();
    if (times == 1) {
      silentSinceNanos = now;
    } else if (times >= LATE_IN_A_ROW && now - silentSinceNanos >= RENEW_NANOS) {
      silentSinceNanos = now;
      LOG.warn("Redis has not answered for {} s; connecting again", RENEW_NANOS / 1_000_000_000);
      link.renew();
    }
    return times >= LATE_IN_A_ROW;
  }

  private void leaveAlone(Throwable cause) {
    long now = nanoTime.getAsLong();
    askAgainNanos.set(now + PAUSE_NANOS);
    if (!down) {
      down = true;
      // Once a minute at most: a Redis that comes and goes is not to fill the log.
      if (now - toldNanos >= TELL_EVERY_NANOS) {
        toldNanos = now;
        LOG.warn(
            "Redis does not answer; reads follow the rule of their class: {}", cause.toString());
      }
    }
  }

  /**
   * The answer.
   *
   * @throws RedisException whatever went wrong
   */
  <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw asRedis(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static RedisException silence() {
    return new RedisConnectionException("Redis did not answer a moment ago");
  }

  private static RedisException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RedisException("interrupted while waiting for Redis", e);
  }

  private static RedisException asRedis(Throwable cause) {
    return cause instanceof RedisException redis
        ? redis
        : new RedisException(cause.toString(), cause);
  }

  /** Whether Redis is not to be asked now; after a moment the next reader asks again. */
  boolean leftAlone() {
    return down && nanoTime.getAsLong() - askAgainNanos.get() < 0;
  }

  /** As long as Redis is away one command a pause finds out; the others need not wait with it. */
  private boolean mayAsk() {
    if (!down) {
      return true;
    }
    long now = nanoTime.getAsLong();
    long then = askAgainNanos.get();
    return now - then >= 0 && askAgainNanos.compareAndSet(then, now + PAUSE_NANOS);
  }

  long errors() {
    return errors.sum();
  }

  long malformed() {
    return malformed.sum();
  }
}

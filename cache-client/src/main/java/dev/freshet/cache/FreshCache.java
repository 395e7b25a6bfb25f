package dev.freshet.cache;

import io.lettuce.core.RedisException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache as fresh as the Postgres commit log: values in this process and in Redis, which Freshet
 * deletes when a row they show changes, and which no slow load can put back in an old state.
 *
 * <p>Thread-safe; one for each application and namespace, closed with it. What reads throw is told
 * at {@link Entries}, which {@link #entries} makes for a kind of values; the methods here are short
 * for it.
 */
public final class FreshCache implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FreshCache.class);

  private final Parts parts;

  /** What was asked for last: mostly the next read asks for it again, and allocates nothing. */
  private volatile @Nullable Recent recent;

  private record Recent(TtlClass ttl, Class<?> type, Entries<?> entries) {}

  FreshCache(Parts parts) {
    this.parts = parts;
  }

  /** Begins with the defaults. */
  public static FreshCacheBuilder builder() {
    return new FreshCacheBuilder();
  }

  /** The entries of one kind. */
  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // of the same class, so of the same type
  public <T> Entries<T> entries(TtlClass ttl, Class<T> type) {
    Recent before = recent;
    if (before != null && before.ttl == ttl && before.type == type) {
      return (Entries<T>) before.entries;
    }
    Entries<T> entries = entries(ttl, ValueType.of(type));
    recent = new Recent(ttl, type, entries);
    return entries;
  }

  /** The entries of one kind, of a generic type. */
  public <T> Entries<T> entries(TtlClass ttl, ValueType<T> type) {
    return new Entries<>(parts.core(), parts.warmer(), ttl, type);
  }

  /**
   * A value that always exists: from this process, from Redis, or else loaded on this thread.
   *
   * @param loader states its fence and tags to the {@link Fill} it is given
   */
  public <T> T get(String key, TtlClass ttl, Class<T> type, Loader<? extends T> loader) {
    return entries(ttl, type).get(key, loader);
  }

  /** A value that may not exist, which is cached too, with a time to live of its own. */
  public <T> Optional<T> find(String key, TtlClass ttl, Class<T> type, Loader<Optional<T>> loader) {
    return entries(ttl, type).find(key, loader);
  }

  /** As {@link #get}, without blocking. */
  public <T> CompletableFuture<T> getAsync(
      String key, TtlClass ttl, Class<T> type, Loader<? extends T> loader) {
    return entries(ttl, type).getAsync(key, loader);
  }

  /**
   * Tells what a write makes stale, ahead of the log, so that whoever reads after the commit sees
   * it, in all processes; this one forgets it even where its class lets values outlive staleness.
   * Never needed for the cache to become fresh: the log tells it again.
   *
   * <p>Best inside the writing transaction, after its first write: then nothing that does not show
   * it can be stored any more, from before its commit on. Right after the commit is fine too; a
   * load that began before it may then still be stored, and lives until the log tells of the
   * commit. Should the transaction be rolled back, a few values were deleted in vain.
   *
   * @return whether Redis was told; if not, the log will tell it
   */
  public boolean invalidate(Connection connection, String... tags) throws SQLException {
    return invalidate(connection, List.of(tags));
  }

  /** As {@link #invalidate(Connection, String...)}. */
  public boolean invalidate(Connection connection, Collection<String> tags) throws SQLException {
    long writer = Hints.writer(connection);
    boolean told = told(parts.hints().stale(tags, writer));
    parts.flights().closeDoors();
    List<String> stale = List.copyOf(tags);
    for (int bucket = 0; bucket < parts.far().layout().buckets(); bucket++) {
      parts.near().gone(bucket, stale);
    }
    return told;
  }

  /**
   * Deletes single entries in all processes, whatever their tags.
   *
   * @return whether Redis was told
   */
  public boolean remove(String... keys) {
    List<String> all = List.of(keys);
    boolean told = told(parts.hints().delete(all));
    for (String key : all) {
      parts.near().gone(parts.far().layout().bucket(key), List.of(Hints.entryTag(key)));
    }
    return told;
  }

  private boolean told(CompletableFuture<?> sent) {
    try {
      parts.far().await(sent);
      parts.meters().hints.increment();
      return true;
    } catch (RedisException e) {
      parts.meters().hintsFailed.increment();
      LOG.debug("Redis was not told what is stale; the log will tell it", e);
      return false;
    }
  }

  /**
   * The keys that all processes read most, the hottest first; they are remembered over restarts, to
   * be {@linkplain Entries#warm warmed}. Empty when Redis does not answer.
   *
   * @param most at most 1,000 are remembered
   */
  public List<String> hottest(int most) {
    try {
      return parts.hot().hottest(most);
    } catch (RedisException e) {
      return List.of();
    }
  }

  /**
   * How far behind the newest commits the cache may be: the age of the newest heartbeat applied.
   * Empty before the first. As exact as the clocks of this process and the database agree.
   */
  public Optional<Duration> behind() {
    long millis = parts.freshness().behindMillis();
    return millis == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
  }

  /**
   * Waits until Redis was reached and its state read; before that every read loads.
   *
   * @return false when time is up
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    return parts.feed().awaitOpen(atMost);
  }

  /** Adds the keys read since the last time to the hottest; done once a minute anyway. */
  public void rememberHottest() {
    try {
      parts.far().await(parts.hot().flush());
    } catch (RedisException e) {
      LOG.debug("the hottest keys could not be remembered", e);
    }
  }

  Parts parts() {
    return parts;
  }

  /** Ends its threads and connections; loads under way are let end. */
  @Override
  public void close() {
    parts.close();
  }
}

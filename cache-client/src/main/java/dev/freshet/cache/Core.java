package dev.freshet.cache;

import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a question through the cache: this process, Redis, the loader; and back, leaving the
 * value at each. Thread-safe.
 */
final class Core {

  private static final Logger LOG = LoggerFactory.getLogger(Core.class);

  private final Reads reads;
  private final Loads loads;
  private final BatchLoads batches;
  private final FarTier far;
  private final Flights flights;
  private final Verifier verifier;
  private final CacheMeters meters;
  private final ThreadPoolExecutor loaders;

  Core(
      Reads reads,
      Loads loads,
      BatchLoads batches,
      FarTier far,
      Flights flights,
      Verifier verifier,
      CacheMeters meters,
      ThreadPoolExecutor loaders) {
    this.reads = reads;
    this.loads = loads;
    this.batches = batches;
    this.far = far;
    this.flights = flights;
    this.verifier = verifier;
    this.meters = meters;
    this.loaders = loaders;
  }

  /** The value when it is in this process and nothing is to be done but serve it; else null. */
  @Nullable Held settled(String key, TtlClass ttl, ValueType<?> type) {
    return verifier.off() ? reads.settled(key, ttl, type) : null;
  }

  /** The value, loaded on this thread if need be. */
  Held get(Lookup lookup) {
    Optional<Reads.Found> found = found(lookup);
    return found.isPresent() ? served(lookup, found.get()) : miss(lookup);
  }

  /** The value if it is cached and may be served; nothing is loaded, neither now nor later. */
  Optional<Held> peek(Lookup lookup) {
    return found(lookup).map(Reads.Found::held);
  }

  private Optional<Reads.Found> found(Lookup lookup) {
    Reads.Found here = reads.near(lookup);
    if (here != null) {
      return Optional.of(here);
    }
    if (!reads.mayAskFar(lookup)) {
      return Optional.empty();
    }
    NearTicket ticket = reads.ticket(lookup.key());
    try {
      return far.read(lookup.key()).flatMap(entry -> reads.far(lookup, ticket, entry));
    } catch (RedisException e) {
      return Optional.ofNullable(reads.orphan(lookup));
    }
  }

  /** The same without waiting; loads on a thread of the cache. */
  CompletableFuture<Held> getAsync(Lookup lookup) {
    Thread asker = Thread.currentThread();
    Reads.Found here = reads.near(lookup);
    if (here != null) {
      return CompletableFuture.completedFuture(served(lookup, here));
    }
    if (!reads.mayAskFar(lookup)) {
      return missAsync(lookup, asker);
    }
    NearTicket ticket = reads.ticket(lookup.key());
    return far.get(lookup.key())
        // Not on a thread of the Redis client: what the caller goes on with may block.
        .handleAsync(
            (entry, away) ->
                away == null
                    ? entry.flatMap(it -> reads.far(lookup, ticket, it))
                    : Optional.ofNullable(reads.orphan(lookup)))
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(served(lookup, found.get()))
                    : missAsync(lookup, asker));
  }

  private Held served(Lookup lookup, Reads.Found found) {
    if (found.reload()) {
      refresh(lookup, found.held());
    }
    verifier.served(lookup, found.held());
    return found.held();
  }

  private Held miss(Lookup lookup) {
    meters.of(lookup.ttl()).misses.increment();
    return loaded(lookup);
  }

  private Held loaded(Lookup lookup) {
    return thrown(
        lookup, () -> loads.load(lookup, () -> here(lookup), entry -> stored(lookup, entry)));
  }

  private static <T> T thrown(Lookup lookup, Callable<T> load) {
    try {
      return load.call();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadFailedException(lookup.key(), e);
    } catch (Exception e) {
      throw new LoadFailedException(lookup.key(), e);
    }
  }

  private Optional<Held> here(Lookup lookup) {
    return Optional.ofNullable(reads.again(lookup));
  }

  private Optional<Held> stored(Lookup lookup, StoredEntry entry) {
    return reads.decode(lookup, entry);
  }

  private CompletableFuture<Held> missAsync(Lookup lookup, Thread asker) {
    meters.of(lookup.ttl()).misses.increment();
    return lookup.ttl().cached()
        ? sharedAsync(lookup, asker, flights.moment(), Loads.MOST_JOINED)
        : onLoader(() -> loaded(lookup));
  }

  /** As {@link Loads#load} does it; who waits for another's load holds no thread meanwhile. */
  private CompletableFuture<Held> sharedAsync(Lookup lookup, Thread asker, long asked, int left) {
    if (left == 0) {
      return onLoader(() -> thrown(lookup, () -> loads.alone(lookup, () -> here(lookup))));
    }
    Optional<Flights.Flight> mine = flights.reserve(lookup);
    if (mine.isPresent()) {
      return onLoader(() -> ledHere(lookup, mine.get()))
          .whenComplete((led, rejected) -> giveUp(lookup, mine.get(), rejected))
          .thenCompose(
              led ->
                  led.isPresent()
                      ? CompletableFuture.completedFuture(led.get())
                      : joinedAsync(lookup, mine.get(), asker, asked, left));
    }
    Optional<Flights.Flight> other = flights.underWay(lookup);
    return other.isPresent()
        ? joinedAsync(lookup, other.get(), asker, asked, left)
        : sharedAsync(lookup, asker, asked, left - 1); // it landed just now, or is of another type
  }

  /** Empty when one who came by leads it already. */
  private Optional<Held> ledHere(Lookup lookup, Flights.Flight mine) {
    return mine.take()
        ? Optional.of(
            thrown(
                lookup,
                () ->
                    loads
                        .lead(lookup, mine, () -> here(lookup), entry -> stored(lookup, entry))
                        .held()))
        : Optional.empty();
  }

  private CompletableFuture<Held> joinedAsync(
      Lookup lookup, Flights.Flight other, Thread asker, long asked, int left) {
    return loads
        .joinAsync(lookup, other, asker)
        .thenCompose(
            landed ->
                landed.proves(asked)
                    ? CompletableFuture.completedFuture(landed.held())
                    : sharedAsync(lookup, asker, asked, left - 1));
  }

  /** No thread was free for it: unless somebody leads it already, nobody will. */
  private void giveUp(Lookup lookup, Flights.Flight mine, @Nullable Throwable rejected) {
    if (rejected != null && mine.take()) {
      flights.fail(lookup.key(), mine, rejected);
    }
  }

  private interface Work<T> {
    T run();
  }

  private <T> CompletableFuture<T> onLoader(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      loaders.execute(
          () -> {
            try {
              result.complete(work.run());
            } catch (RuntimeException | Error e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new OverloadedException(
              ("%d loads wait for a thread, which is all that may; raise the builder's"
                      + " loads(running, waiting), or find out why the database is slow")
                  .formatted(loaders.getQueue().size())));
    }
    return result;
  }

  private void refresh(Lookup lookup, Held old) {
    if (flights.underWay(lookup).isPresent()) {
      return;
    }
    try {
      loaders.execute(
          () -> {
            meters.of(lookup.ttl()).refreshes.increment();
            try {
              NearTicket ticket = reads.ticket(lookup.key());
              loads.refresh(lookup, entry -> newer(lookup, ticket, entry, old));
            } catch (Exception e) {
              LOG.debug("{} could not be reloaded; the next reader tries again", lookup.key(), e);
            }
          });
    } catch (RejectedExecutionException busy) {
      meters.refreshesDropped.increment();
    }
  }

  /** What another process has reloaded already. */
  private Optional<Held> newer(Lookup lookup, NearTicket ticket, StoredEntry entry, Held old) {
    return entry.loadedMillis() <= old.loadedMillis()
        ? Optional.empty()
        : reads.far(lookup, ticket, entry).filter(found -> !found.reload()).map(Reads.Found::held);
  }

  /** One question for each key, and one load for all that are missing. */
  <T> Map<String, Held> getAll(
      Collection<String> keys, TtlClass ttl, ValueType<T> type, BatchLoader<T> loader) {
    Map<String, Held> found = new LinkedHashMap<>();
    Map<String, Lookup> open = new LinkedHashMap<>();
    for (String key : new LinkedHashSet<>(keys)) {
      Lookup lookup = batches.single(key, ttl, type, loader);
      Reads.Found here = reads.near(lookup);
      if (here != null) {
        found.put(key, served(lookup, here));
      } else {
        open.put(key, lookup);
      }
    }
    farAll(open, found);
    open.keySet().removeAll(found.keySet());
    if (!open.isEmpty()) {
      meters.of(ttl).misses.increment(open.size());
      found.putAll(batches.load(open, ttl, type, loader, this::loaded));
    }
    return found;
  }

  private void farAll(Map<String, Lookup> open, Map<String, Held> found) {
    List<String> ask = new ArrayList<>();
    Map<String, NearTicket> tickets = new HashMap<>();
    open.forEach(
        (key, lookup) -> {
          if (reads.mayAskFar(lookup)) {
            ask.add(key);
            tickets.put(key, reads.ticket(key));
          }
        });
    if (ask.isEmpty()) {
      return;
    }
    try {
      Map<String, StoredEntry> entries = far.await(far.getAll(ask));
      tickets.forEach(
          (key, ticket) -> {
            StoredEntry entry = entries.get(key);
            Lookup lookup = open.get(key);
            if (entry != null && lookup != null) {
              reads
                  .far(lookup, ticket, entry)
                  .ifPresent(value -> found.put(key, served(lookup, value)));
            }
          });
    } catch (RedisException e) {
      for (Lookup lookup : open.values()) {
        Reads.Found orphan = reads.orphan(lookup);
        if (orphan != null) {
          found.put(lookup.key(), served(lookup, orphan));
        }
      }
    }
  }

  <T> CompletableFuture<Map<String, Held>> getAllAsync(
      Collection<String> keys, TtlClass ttl, ValueType<T> type, BatchLoader<T> loader) {
    Set<String> asked = new LinkedHashSet<>(keys);
    return onLoader(() -> getAll(asked, ttl, type, loader));
  }
}

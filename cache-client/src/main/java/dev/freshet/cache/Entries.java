package dev.freshet.cache;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The entries of one kind: all of one type, all of one TTL class. Thread-safe; keep it in a field.
 *
 * <p>Values are shared by all who read them, so nobody may change them. Whatever reads throw: what
 * the loader threw unchecked, {@link LoadFailedException} for what it threw checked, and {@link
 * OverloadedException} when nothing more may be loaded now. Trouble with Redis is never thrown:
 * then the value is loaded.
 */
public final class Entries<T> {

  private final Core core;
  private final Warmer warmer;
  private final TtlClass ttl;
  private final ValueType<T> type;

  Entries(Core core, Warmer warmer, TtlClass ttl, ValueType<T> type) {
    this.core = core;
    this.warmer = warmer;
    this.ttl = ttl;
    this.type = type;
  }

  /** A value that always exists. One that is missing is loaded on this thread. */
  public T get(String key, Loader<? extends T> loader) {
    Held here = core.settled(key, ttl, type);
    return present(key, here != null ? here : core.get(lookup(key, present(loader))));
  }

  /** A value that may not exist, which is cached too. */
  public Optional<T> find(String key, Loader<Optional<T>> loader) {
    return value(core.get(lookup(key, loader)));
  }

  /** As {@link #get}, without blocking; a missing value is loaded on a thread of the cache. */
  public CompletableFuture<T> getAsync(String key, Loader<? extends T> loader) {
    return core.getAsync(lookup(key, present(loader))).thenApply(held -> present(key, held));
  }

  /** As {@link #find}, without blocking; a missing value is loaded on a thread of the cache. */
  public CompletableFuture<Optional<T>> findAsync(String key, Loader<Optional<T>> loader) {
    return core.getAsync(lookup(key, loader)).thenApply(this::value);
  }

  /**
   * The values of these keys, in their order; those that do not exist are left out. One round trip
   * for all that are not in this process, and one load for all that are missing.
   */
  public Map<String, T> getAll(Collection<String> keys, BatchLoader<T> loader) {
    return inOrder(keys, core.getAll(keys, ttl, type, loader));
  }

  /** As {@link #getAll}, on a thread of the cache. */
  public CompletableFuture<Map<String, T>> getAllAsync(
      Collection<String> keys, BatchLoader<T> loader) {
    return core.getAllAsync(keys, ttl, type, loader).thenApply(found -> inOrder(keys, found));
  }

  /** The value if it is cached and may be served; nothing is loaded. */
  public Optional<T> peek(String key) {
    Loader<Optional<T>> nobody =
        fill -> {
          throw new IllegalStateException("a peek loads nothing");
        };
    return core.peek(lookup(key, nobody)).flatMap(this::value);
  }

  /**
   * Loads what is missing of these keys, a few at a time, and tells how far it is.
   *
   * @param concurrency how many at a time, at least 1; within the bound of all loads
   */
  public Warming warm(Collection<String> keys, int concurrency, Loader<Optional<T>> loader) {
    return warmer.warm(keys, concurrency, key -> core.get(lookup(key, loader)));
  }

  private Lookup lookup(String key, Loader<Optional<T>> loader) {
    return new Lookup(key, ttl, type, loader);
  }

  private static <T> Loader<Optional<T>> present(Loader<? extends T> loader) {
    return fill -> Optional.ofNullable(loader.load(fill));
  }

  private T present(String key, Held held) {
    Optional<T> value = value(held);
    if (value.isEmpty()) {
      throw new IllegalStateException(
          ("the loader of \"%s\" returned null; for values that may not exist use"
                  + " find(), whose loader returns an Optional")
              .formatted(key));
    }
    return value.get();
  }

  @SuppressWarnings("unchecked") // a lookup finds values of its own type alone
  private Optional<T> value(Held held) {
    return (Optional<T>) held.value();
  }

  private Map<String, T> inOrder(Collection<String> keys, Map<String, Held> found) {
    Map<String, T> values = new LinkedHashMap<>();
    for (String key : keys) {
      Held held = found.get(key);
      if (held != null) {
        value(held).ifPresent(value -> values.put(key, value));
      }
    }
    return values;
  }
}

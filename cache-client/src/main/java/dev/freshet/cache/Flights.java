package dev.freshet.cache;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The loads under way in this process, one for each key; as many as there are leaders, which the
 * limiter bounds. Thread-safe.
 */
final class Flights {

  /** A load that others may join until it lands. */
  static final class Flight {
    final CompletableFuture<Landing> landing = new CompletableFuture<>();
    final ValueType<?> type;

    /** Nobody while it waits for a thread of the cache. */
    private final AtomicReference<@Nullable Thread> leader = new AtomicReference<>();

    /** Whether its leader needs no more room among the loads, so that it lands by itself. */
    private volatile boolean admitted;

    private Flight(ValueType<?> type) {
      this.type = type;
    }

    /** Whether this thread leads it from now on: the first that asks does. */
    boolean take() {
      return leader.compareAndSet(null, Thread.currentThread());
    }

    boolean ledBy(Thread thread) {
      return leader.get() == thread;
    }

    void admit() {
      admitted = true;
    }

    boolean admitted() {
      return admitted;
    }
  }

  private final ConcurrentHashMap<String, Flight> byKey = new ConcurrentHashMap<>();
  private final AtomicLong moments = new AtomicLong();

  /** The next moment of this process's own time, in which no two things happen at once. */
  long moment() {
    return moments.incrementAndGet();
  }

  /** The load of this key that is under way, if it loads the same type. */
  Optional<Flight> underWay(Lookup lookup) {
    return Optional.ofNullable(byKey.get(lookup.key()))
        .filter(flight -> flight.type.equals(lookup.type()));
  }

  /**
   * Begins one that others can join, led by this thread: a new one, or one that still waits for a
   * thread. Empty if another is at it.
   *
   * @param admitted whether its leader has room among the loads already
   */
  Optional<Flight> begin(Lookup lookup, boolean admitted) {
    Optional<Flight> free = reserve(lookup).or(() -> underWay(lookup)).filter(Flight::take);
    free.filter(flight -> admitted).ifPresent(Flight::admit);
    return free;
  }

  /** A new one that others can join, and the first who comes by may lead; empty if there is one. */
  Optional<Flight> reserve(Lookup lookup) {
    Flight mine = new Flight(lookup.type());
    return byKey.putIfAbsent(lookup.key(), mine) == null ? Optional.of(mine) : Optional.empty();
  }

  /** Ends it, and then tells all who joined: what they do next begins anew. */
  void land(String key, Flight flight, Landing landed) {
    byKey.remove(key, flight);
    flight.landing.complete(landed);
  }

  /** The same with what went wrong. */
  void fail(String key, Flight flight, Throwable cause) {
    byKey.remove(key, flight);
    flight.landing.completeExceptionally(cause);
  }

  /** What is under way began before something that is known to have changed: nobody else joins. */
  void closeDoors() {
    byKey.clear();
  }

  int size() {
    return byKey.size();
  }
}

package dev.freshet.cache;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loads under way in this process, one for each key; as many as there are leaders, which the
 * limiter bounds. Thread-safe.
 */
final class Flights {

  /** A load that others may join until it lands. */
  static final class Flight {
    final CompletableFuture<Held> landing = new CompletableFuture<>();
    final ValueType<?> type;
    final Thread leader = Thread.currentThread();

    /** Whether its leader needs no more room among the loads, so that it lands by itself. */
    private volatile boolean admitted;

    Flight(ValueType<?> type, boolean admitted) {
      this.type = type;
      this.admitted = admitted;
    }

    void admit() {
      admitted = true;
    }

    boolean admitted() {
      return admitted;
    }
  }

  private final ConcurrentHashMap<String, Flight> byKey = new ConcurrentHashMap<>();

  /** The load of this key that is under way, if it loads the same type. */
  Optional<Flight> underWay(Lookup lookup) {
    return Optional.ofNullable(byKey.get(lookup.key()))
        .filter(flight -> flight.type.equals(lookup.type()));
  }

  /**
   * Begins one that others can join; empty if there is one already.
   *
   * @param admitted whether its leader has room among the loads already
   */
  Optional<Flight> begin(Lookup lookup, boolean admitted) {
    Flight mine = new Flight(lookup.type(), admitted);
    return byKey.putIfAbsent(lookup.key(), mine) == null ? Optional.of(mine) : Optional.empty();
  }

  /** Ends it, and then tells all who joined: what they do next begins anew. */
  void land(String key, Flight flight, Held held) {
    byKey.remove(key, flight);
    flight.landing.complete(held);
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

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

    Flight(ValueType<?> type) {
      this.type = type;
    }
  }

  private final ConcurrentHashMap<String, Flight> byKey = new ConcurrentHashMap<>();

  /** The load of this key that is under way, if it loads the same type. */
  Optional<Flight> underWay(Lookup lookup) {
    return Optional.ofNullable(byKey.get(lookup.key()))
        .filter(flight -> flight.type.equals(lookup.type()));
  }

  /** Begins one that others can join; empty if there is one already. */
  Optional<Flight> begin(Lookup lookup) {
    Flight mine = new Flight(lookup.type());
    return byKey.putIfAbsent(lookup.key(), mine) == null ? Optional.of(mine) : Optional.empty();
  }

  void end(String key, Flight flight) {
    byKey.remove(key, flight);
  }

  /** What is under way began before something that is known to have changed: nobody else joins. */
  void closeDoors() {
    byKey.clear();
  }

  int size() {
    return byKey.size();
  }
}

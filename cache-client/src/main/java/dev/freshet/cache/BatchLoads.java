package dev.freshet.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Loads several missing values at once. A batch takes no leases: each process loads its own.
 * Thread-safe.
 */
final class BatchLoads {

  private final Stores stores;
  private final Flights flights;
  private final Limiter limiter;

  BatchLoads(Stores stores, Flights flights, Limiter limiter) {
    this.stores = stores;
    this.flights = flights;
    this.limiter = limiter;
  }

  /** The question for one key alone, as reloads and verifications ask it. */
  <T> Lookup single(String key, TtlClass ttl, ValueType<T> type, BatchLoader<T> loader) {
    Loader<Optional<T>> alone =
        fill ->
            Optional.ofNullable(
                loader.load(Set.of(key), new BatchFill(Map.of(key, fill))).get(key));
    return new Lookup(key, ttl, type, alone);
  }

  /**
   * Values for all of these; keys that are being loaded already are waited for.
   *
   * @param alone asks for one key, joining the load under way
   */
  <T> Map<String, Held> load(
      Map<String, Lookup> missing,
      TtlClass ttl,
      ValueType<T> type,
      BatchLoader<T> loader,
      Function<Lookup, Held> alone) {
    Map<String, Flights.Flight> ours = new LinkedHashMap<>();
    List<Lookup> others = new ArrayList<>();
    missing.forEach(
        (key, lookup) ->
            flights
                .begin(lookup, limiter.inside())
                .ifPresentOrElse(flight -> ours.put(key, flight), () -> others.add(lookup)));
    Map<String, Held> held = new HashMap<>();
    if (!ours.isEmpty()) {
      lead(ours, ttl, type, loader).forEach((key, landed) -> held.put(key, landed.held()));
    }
    others.forEach(lookup -> held.put(lookup.key(), alone.apply(lookup)));
    return held;
  }

  private <T> Map<String, Landing> lead(
      Map<String, Flights.Flight> ours, TtlClass ttl, ValueType<T> type, BatchLoader<T> loader) {
    try {
      Map<String, Landing> landed =
          limiter.run(
              () -> {
                ours.values().forEach(Flights.Flight::admit);
                return loadAll(ours.keySet(), ttl, type, loader);
              });
      ours.forEach((key, flight) -> flights.land(key, flight, landed(landed, key)));
      return landed;
    } catch (RuntimeException | Error e) {
      ours.forEach((key, flight) -> flights.fail(key, flight, e));
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      ours.forEach((key, flight) -> flights.fail(key, flight, e));
      throw new LoadFailedException(String.join(", ", ours.keySet()), e);
    }
  }

  private static Landing landed(Map<String, Landing> all, String key) {
    Landing one = all.get(key);
    if (one == null) {
      throw new IllegalStateException(key + " was not loaded");
    }
    return one;
  }

  private <T> Map<String, Landing> loadAll(
      Set<String> keys, TtlClass ttl, ValueType<T> type, BatchLoader<T> loader) throws Exception {
    Map<String, Stores.Opening> openings = new LinkedHashMap<>();
    Map<String, Fill> fills = new LinkedHashMap<>();
    for (String key : keys) {
      Stores.Opening opening = stores.open(key);
      openings.put(key, opening);
      fills.put(key, opening.fill());
    }
    Map<String, T> values;
    try {
      values = loader.load(Set.copyOf(keys), new BatchFill(fills));
    } catch (Exception | Error e) {
      openings.forEach((key, opening) -> stores.failed(key, ttl, opening, e));
      throw e;
    }
    return stores.storeAll(ttl, type, openings, values);
  }
}

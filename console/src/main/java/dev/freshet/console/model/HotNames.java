package dev.freshet.console.model;

import java.util.Comparator;
import java.util.List;

/**
 * Names by how often they come up, with an exponentially fading count (half of it is of the last
 * minute): the {@value #MOST} used last are kept. Thread-safe.
 */
public final class HotNames {

  static final int MOST = 10_000;
  private static final double HALF_LIFE_MILLIS = 60_000;
  private static final long FADING = 112;
  private static final int MOST_ASKED = 1_000;
  private static final double PER_SECOND = Math.log(2) / (HALF_LIFE_MILLIS / 1000);

  /**
   * A name and how busy it is.
   *
   * @param perSecond how often it comes up, fading over minutes
   * @param total since the console began to read
   * @param keys keys deleted through it, of those that were named
   * @param lastMillis when it came up last
   */
  public record Hot(String name, double perSecond, long total, long keys, long lastMillis) {}

  private static final class Fading {
    double weight;
    long total;
    long keys;
    long lastMillis;

    double at(long millis) {
      long passed = Math.max(0, millis - lastMillis);
      return weight * Math.pow(0.5, passed / HALF_LIFE_MILLIS);
    }
  }

  private final Coldest<String, Fading> names;
  private final Recent<Boolean, List<Hot>> sorted = new Recent<>(1);

  HotNames(Memory memory) {
    this.names = new Coldest<>(MOST, memory.names(), (name, fading) -> Memory.of(name) + FADING);
  }

  /** Counts a name. */
  public synchronized void add(String name, long atMillis) {
    Fading fading = names.get(name);
    if (fading == null) {
      fading = new Fading();
      names.put(name, fading);
    }
    fading.weight = fading.at(atMillis) + 1;
    fading.lastMillis = Math.max(fading.lastMillis, atMillis);
    fading.total++;
  }

  /** Counts a key deleted through a name. */
  public synchronized void deleted(String name) {
    Fading fading = names.get(name);
    if (fading != null) {
      fading.keys++;
    }
  }

  /** About how many bytes they take. */
  synchronized long bytes() {
    return names.bytes();
  }

  /** How many names are kept. */
  public synchronized int size() {
    return names.size();
  }

  /** The busiest, the busiest first; as of half a second ago at most, and at most a thousand. */
  public List<Hot> busiest(long nowMillis, int limit) {
    List<Hot> all = sorted.get(true, () -> busiest(nowMillis));
    return all.subList(0, Math.min(limit, all.size()));
  }

  private synchronized List<Hot> busiest(long nowMillis) {
    return names.entries().stream()
        .map(
            name -> {
              Fading fading = name.getValue();
              double rate = fading.at(nowMillis) * PER_SECOND;
              return new Hot(name.getKey(), rate, fading.total, fading.keys, fading.lastMillis);
            })
        .sorted(Comparator.comparingDouble(Hot::perSecond).reversed().thenComparing(Hot::name))
        .limit(MOST_ASKED)
        .toList();
  }
}

package dev.freshet.endtoend.consistency;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters by name. Thread-safe. */
final class Tally {

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  void add(String figure, long n) {
    counts.computeIfAbsent(figure, name -> new LongAdder()).add(n);
  }

  void count(String figure) {
    add(figure, 1);
  }

  long get(String figure) {
    LongAdder count = counts.get(figure);
    return count == null ? 0 : count.sum();
  }

  void addAll(Tally other) {
    other.counts.forEach((figure, count) -> add(figure, count.sum()));
  }

  Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    counts.forEach((figure, count) -> all.put(figure, count.sum()));
    return all;
  }
}

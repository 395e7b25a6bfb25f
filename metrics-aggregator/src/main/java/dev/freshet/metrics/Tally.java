package dev.freshet.metrics;

import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.RequestCounts;
import dev.freshet.events.Varints;

/**
 * Requests counted: how many, how they ended, how long they took. Additive like the histogram in
 * it. Not thread-safe.
 *
 * <p>As bytes: varints of errors, hits, misses, late and clamped ones, then the histogram's own.
 */
final class Tally {

  private final ExponentialHistogram latencies = new ExponentialHistogram();
  private long errors;
  private long hits;
  private long misses;
  private long late;
  private long clamped;

  void add(long nanos, int weight, boolean error, boolean hit, boolean miss, boolean fromFuture) {
    latencies.add(nanos, weight);
    if (error) {
      errors += weight;
    }
    if (hit) {
      hits += weight;
    } else if (miss) {
      misses += weight;
    }
    if (fromFuture) {
      clamped += weight;
    }
  }

  void merge(Tally other) {
    latencies.merge(other.latencies);
    errors += other.errors;
    hits += other.hits;
    misses += other.misses;
    late += other.late;
    clamped += other.clamped;
  }

  /** Adds what {@link #writeTo} wrote. */
  void merge(byte[] bytes, int from, int to) {
    latencies.merge(bytes, counts(bytes, from, to, 1), to);
  }

  /** Takes away what was merged. */
  void subtract(byte[] bytes, int from, int to) {
    latencies.subtract(bytes, counts(bytes, from, to, -1), to);
  }

  private int counts(byte[] bytes, int from, int to, int sign) {
    Varints in = new Varints(bytes, from, to);
    errors += sign * in.varint();
    hits += sign * in.varint();
    misses += sign * in.varint();
    late += sign * in.varint();
    clamped += sign * in.varint();
    return in.at();
  }

  /** All that it holds came after its pane had been closed. */
  void allLate() {
    late = latencies.count();
  }

  /** Writes it at the end of {@code out}. */
  void writeTo(Varints out) {
    out.varint(errors);
    out.varint(hits);
    out.varint(misses);
    out.varint(late);
    out.varint(clamped);
    byte[] histogram = latencies.toBytes();
    out.all(histogram, 0, histogram.length);
  }

  /** The longest duration in what {@link #writeTo} wrote, in nanoseconds. */
  static long maxNanos(byte[] bytes, int from) {
    Varints in = new Varints(bytes, from, bytes.length);
    for (int i = 0; i < 5; i++) {
      in.varint();
    }
    return ExponentialHistogram.maxNanos(bytes, in.at());
  }

  void clear() {
    latencies.clear();
    errors = 0;
    hits = 0;
    misses = 0;
    late = 0;
    clamped = 0;
  }

  /** As {@link #clear}; gives the memory back as well. */
  void release() {
    clear();
    latencies.release();
  }

  long total() {
    return latencies.count();
  }

  RequestCounts counts() {
    return new RequestCounts(latencies.count(), errors, hits, misses, late, clamped);
  }

  ExponentialHistogram latencies() {
    return latencies;
  }
}

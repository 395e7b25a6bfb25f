package dev.freshet.metrics;

import dev.freshet.events.Varints;

/**
 * Counts on their way from a {@link Combiner} to the {@link Merger}: the value of one record of
 * {@code <ns>.latency-partials}, keyed by service; a note without counts goes to every partition.
 *
 * <pre>
 * byte 1, the version; then varints:
 *      input partition, and its clock in milliseconds since 1970 (0: none yet)
 *      0 while it is read; if nothing is left to read, 1 + for how many milliseconds already
 *      of each route and pane: bytes of the route, route, pane, bytes of the tally, tally
 * </pre>
 */
final class Partials {

  private static final byte VERSION = 1;

  /** A value is closed once it has this size; below what brokers accept by default. */
  static final int FULL_BYTES = 256 << 10;

  private Partials() {}

  /** Writes one value after the other. */
  static final class Writer {
    private final Varints out = new Varints(4096);
    private final Varints tally = new Varints(1024);
    private int begin;

    void begin(int partition, long clockMillis) {
      header(partition, clockMillis);
      out.varint(0);
      begin = out.at();
    }

    private void header(int partition, long clockMillis) {
      out.clear();
      out.one(VERSION);
      out.varint(partition);
      out.varint(clockMillis);
    }

    void add(byte[] route, long pane, Tally counts) {
      tally.clear();
      counts.writeTo(tally);
      out.varint(route.length);
      out.all(route, 0, route.length);
      out.varint(pane);
      out.varint(tally.at());
      out.all(tally);
    }

    boolean isEmpty() {
      return out.at() == begin;
    }

    boolean isFull() {
      return out.at() >= FULL_BYTES;
    }

    byte[] toBytes() {
      return out.toBytes();
    }

    /** A note that nothing is left to read. */
    byte[] idle(int partition, long clockMillis, long idleMillis) {
      header(partition, clockMillis);
      out.varint(1 + Math.max(0, idleMillis));
      return out.toBytes();
    }
  }

  /** Reads a value; an {@link IllegalArgumentException} when it is something else. */
  static final class Reader {
    private final byte[] bytes;
    private final Varints in;
    private final int partition;
    private final long clockMillis;
    private final long idle;
    private int route;
    private int routeLength;
    private long pane;
    private int tally;

    Reader(byte[] bytes) {
      this.bytes = bytes;
      this.in = new Varints(bytes, 0, bytes.length);
      int version = in.one();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "partial counts of version %d were expected, found %d".formatted(VERSION, version));
      }
      this.partition = Math.toIntExact(in.varint());
      this.clockMillis = in.varint();
      this.idle = in.varint();
    }

    int partition() {
      return partition;
    }

    long clockMillis() {
      return clockMillis;
    }

    boolean isIdle() {
      return idle > 0;
    }

    long idleMillis() {
      return idle - 1;
    }

    /** Goes to the next route and pane; false when there is none. */
    boolean next() {
      if (in.left() == 0) {
        return false;
      }
      routeLength = Math.toIntExact(in.varint());
      route = in.at();
      in.skip(routeLength);
      pane = in.varint();
      int length = Math.toIntExact(in.varint());
      tally = in.at();
      in.skip(length);
      return true;
    }

    byte[] bytes() {
      return bytes;
    }

    int route() {
      return route;
    }

    int routeLength() {
      return routeLength;
    }

    long pane() {
      return pane;
    }

    int tally() {
      return tally;
    }

    int tallyEnd() {
      return in.at();
    }
  }
}

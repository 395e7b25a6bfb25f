package dev.freshet.materializer.view;

import dev.freshet.events.Xid;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which transactions a database snapshot saw: the seed of a view holds those, the log brings the
 * others, each exactly once, whenever their commits came.
 *
 * <p>A position in the log would not do: a transaction that was logged before the snapshot can
 * become visible after it, and its changes lie further back still.
 *
 * @param xmin every transaction below is in it
 * @param xmax no transaction from here on is in it
 * @param running those between that are not in it
 */
public record Snapshot(long xmin, long xmax, Set<Long> running) {

  /** Sees nothing: a view without a seed. */
  public static final Snapshot NOTHING = new Snapshot(0, 0, Set.of());

  public Snapshot {
    running = Set.copyOf(running);
  }

  /** Reads {@code pg_current_snapshot()}, as in {@code 10:20:10,14,15}. */
  public static Snapshot parse(String text) {
    String[] parts = text.split(":", -1);
    Set<Long> running = new TreeSet<>();
    if (!parts[2].isEmpty()) {
      for (String xid : parts[2].split(",", -1)) {
        running.add(Long.parseLong(xid));
      }
    }
    return new Snapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
  }

  /**
   * Whether a transaction of the log is already in the snapshot.
   *
   * @param low the low 32 bits of its id
   */
  public boolean sees(long low) {
    if (xmax == 0) {
      return false;
    }
    long xid = Xid.widen(low, xmax);
    return xid < xmin || (xid < xmax && !running.contains(xid));
  }

  /** What {@link #read} reads. */
  public byte[] write() {
    Encoder out = new Encoder().number(xmin).number(xmax).number(running.size());
    new TreeSet<>(running).forEach(out::number);
    return out.bytes();
  }

  /** Reads what {@link #write} wrote. */
  public static Snapshot read(byte[] bytes) {
    Decoder in = new Decoder(bytes);
    long xmin = in.number();
    long xmax = in.number();
    Set<Long> running = new TreeSet<>();
    for (long i = in.number(); i > 0; i--) {
      running.add(in.number());
    }
    return new Snapshot(xmin, xmax, running);
  }
}

package dev.freshet.metrics;

import dev.freshet.events.Varints;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The tallies of one route by number of pane (or minute), in as many slots as are ever needed at
 * the same time: a pane's slot is its number modulo the size, and its bytes begin with the number,
 * as a varint. The same bytes are what the changelog holds. Not thread-safe.
 */
final class Ring {

  private final byte[] @Nullable [] slots;
  private final BitSet unsaved = new BitSet();
  private final BitSet saved = new BitSet();
  private int size;

  Ring(int slots) {
    this.slots = new byte[slots][];
  }

  /** A number and its tally, as a slot holds them. */
  static byte[] entry(long number, Tally tally, Varints out) {
    out.clear();
    out.varint(number);
    tally.writeTo(out);
    return out.toBytes();
  }

  /** As the other one, of a tally that is bytes already. */
  static byte[] entry(long number, byte[] bytes, int from, int to, Varints out) {
    out.clear();
    out.varint(number);
    out.all(bytes, from, to - from);
    return out.toBytes();
  }

  static long number(byte[] entry) {
    return new Varints(entry, 0, entry.length).varint();
  }

  /** Where the tally begins. */
  static int tally(byte[] entry) {
    int at = 0;
    while (entry[at] < 0) {
      at++;
    }
    return at + 1;
  }

  /** The entry of this number, null when there is none. */
  byte @Nullable [] get(long number) {
    byte[] entry = slots[slot(number)];
    return entry != null && number(entry) == number ? entry : null;
  }

  /** Puts an entry in the slot of its number, whatever was there. */
  void put(long number, byte[] entry) {
    int slot = slot(number);
    size += slots[slot] == null ? 1 : 0;
    slots[slot] = entry;
    unsaved.set(slot);
  }

  /** Puts an entry that came from the changelog. */
  void restore(int slot, byte @Nullable [] entry) {
    saved.set(slot);
    if (entry != null) {
      size += slots[slot] == null ? 1 : 0;
      slots[slot] = entry;
    }
  }

  /** Forgets a number; its slot in the changelog stays until it is used again. */
  void drop(long number) {
    if (get(number) != null) {
      slots[slot(number)] = null;
      size--;
    }
  }

  /** Forgets every number below {@code number}. */
  void dropBelow(long number) {
    for (int slot = 0; slot < slots.length; slot++) {
      byte[] entry = slots[slot];
      if (entry != null && number(entry) < number) {
        slots[slot] = null;
        size--;
      }
    }
  }

  /** Takes a slot and what is in it. */
  interface Saving {
    void save(int slot, byte @Nullable [] entry);
  }

  /** Shows the slots that changed since the last time. */
  void save(Saving changelog) {
    for (int slot = unsaved.nextSetBit(0); slot >= 0; slot = unsaved.nextSetBit(slot + 1)) {
      byte[] entry = slots[slot];
      if (entry != null) {
        changelog.save(slot, entry);
        saved.set(slot);
      }
    }
    unsaved.clear();
  }

  /** Shows every slot that the changelog knows, to be deleted. */
  void erase(Saving changelog) {
    saved.stream().forEach(slot -> changelog.save(slot, null));
  }

  boolean isEmpty() {
    return size == 0;
  }

  private int slot(long number) {
    return (int) Math.floorMod(number, (long) slots.length);
  }

  @Override
  public String toString() {
    return Arrays.toString(
        Arrays.stream(slots).filter(e -> e != null).mapToLong(Ring::number).toArray());
  }
}

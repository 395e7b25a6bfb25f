package dev.freshet.events;

/** A position in the Postgres write-ahead log. */
public record Lsn(long value) implements Comparable<Lsn> {

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  /** As Postgres writes it, for example {@code 0/1A2B3C8}. */
  @Override
  public String toString() {
    return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT)
        + "/"
        + Long.toHexString(value & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
  }
}

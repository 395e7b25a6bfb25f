package dev.freshet.events;

/** A position in the Postgres write-ahead log: bytes since the cluster was created, unsigned. */
public record Lsn(long value) implements Comparable<Lsn> {

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException when the text is not of the form {@code hex/hex}
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1) {
      throw new IllegalArgumentException(
          "an LSN is written 0/1A2B3C8; found \"%s\"".formatted(text));
    }
    return new Lsn(
        (Long.parseLong(text, 0, slash, 16) << 32)
            | Long.parseLong(text, slash + 1, text.length(), 16));
  }

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

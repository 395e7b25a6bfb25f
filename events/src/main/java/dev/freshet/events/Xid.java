package dev.freshet.events;

/** Transaction ids: Postgres counts with 64 bits, its log writes the low 32. */
public final class Xid {

  private Xid() {}

  /**
   * The 64-bit id whose low 32 bits are {@code low}, nearest to {@code reference}.
   *
   * <p>Right as long as the two are less than 2^31 transactions apart, which Postgres itself
   * guarantees for transactions that are alive together.
   */
  public static long widen(long low, long reference) {
    return reference + (int) (low - reference);
  }

  /** Whether one id came after another, both given by their low 32 bits, across the wrap. */
  public static boolean isAfter(long low, long other) {
    return (int) (low - other) > 0;
  }
}

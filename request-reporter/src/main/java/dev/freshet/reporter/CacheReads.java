package dev.freshet.reporter;

import java.util.List;

/**
 * What the caches did for the request that this thread is answering: of several reads the one that
 * cost most. {@link ReportingFilter} begins and ends it; the application's cache notes its reads.
 * Reads on other threads are not seen.
 */
public final class CacheReads {

  /** From the cheapest to the dearest. */
  private static final List<String> BY_COST = List.of("l1", "l2", "l3", "bypass", "miss");

  private static final ThreadLocal<String> DEAREST = ThreadLocal.withInitial(() -> "");

  private CacheReads() {}

  /** Notes a read: {@code l1}, {@code l2}, {@code l3}, {@code miss} or {@code bypass}. */
  public static void note(String outcome) {
    if (BY_COST.indexOf(outcome) > BY_COST.indexOf(DEAREST.get())) {
      DEAREST.set(outcome);
    }
  }

  /** The dearest read since the last call; empty when there was none. */
  static String take() {
    String dearest = DEAREST.get();
    DEAREST.remove();
    return dearest;
  }
}

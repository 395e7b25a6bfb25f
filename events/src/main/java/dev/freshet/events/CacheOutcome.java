package dev.freshet.events;

import org.jspecify.annotations.Nullable;

/**
 * What the caches did for one request.
 *
 * <p>The hit rate is {@code hits / (hits + misses)}: a request that was never meant to be cached
 * ({@link #BYPASS}, {@link #NONE}) says nothing about the cache.
 */
public enum CacheOutcome {
  /** No cache took part, or the sender does not know. */
  NONE(0, "none"),
  /** Served from the process's own memory. */
  L1(1, "l1"),
  /** Served from Redis. */
  L2(2, "l2"),
  /** Served from the content delivery network. */
  L3(3, "l3"),
  /** Looked for in a cache and not found there. */
  MISS(4, "miss"),
  /** A cache was passed over on purpose. */
  BYPASS(5, "bypass");

  private static final CacheOutcome[] ALL = values();

  /** What the outcome is in the binary form, 0 to 7; never changed. */
  final int code;

  private final String text;

  CacheOutcome(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** As it stands in JSON. */
  public String text() {
    return text;
  }

  /** Served from some cache. */
  public boolean isHit() {
    return this == L1 || this == L2 || this == L3;
  }

  /** The outcome written so; null when there is none. */
  public static @Nullable CacheOutcome of(String text) {
    for (CacheOutcome outcome : ALL) {
      if (outcome.text.equals(text)) {
        return outcome;
      }
    }
    return null;
  }

  /** The outcome of this code; null when there is none. */
  static @Nullable CacheOutcome of(int code) {
    return code < ALL.length ? ALL[code] : null;
  }

  /** As {@link #of(String)}, of ASCII bytes and without garbage. */
  static @Nullable CacheOutcome of(byte[] bytes, int from, int to) {
    for (CacheOutcome outcome : ALL) {
      String text = outcome.text;
      if (to - from == text.length()) {
        int i = 0;
        while (i < text.length() && bytes[from + i] == text.charAt(i)) {
          i++;
        }
        if (i == text.length()) {
          return outcome;
        }
      }
    }
    return null;
  }
}

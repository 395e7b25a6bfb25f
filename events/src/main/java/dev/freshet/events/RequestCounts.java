package dev.freshet.events;

/**
 * How many requests, and how they ended. Sampled requests count with their weight.
 *
 * @param total all requests
 * @param errors those with a status of 500 and above
 * @param hits served from a cache
 * @param misses looked for in a cache and not found; requests that are neither say nothing about it
 * @param late counted after the stretch of time they belong to had been closed; they are part of
 *     the total
 * @param clamped came with a time of the future and were counted at the present; part of the total
 */
public record RequestCounts(
    long total, long errors, long hits, long misses, long late, long clamped) {

  /** No requests. */
  public static final RequestCounts NONE = new RequestCounts(0, 0, 0, 0, 0, 0);

  /** Errors per request, 0 to 1; NaN when there is no request. */
  public double errorRate() {
    return total == 0 ? Double.NaN : (double) errors / total;
  }

  /** Hits per request that asked a cache, 0 to 1; NaN when none did. */
  public double hitRate() {
    return hits + misses == 0 ? Double.NaN : (double) hits / (hits + misses);
  }
}

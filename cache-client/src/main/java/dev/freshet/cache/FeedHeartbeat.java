package dev.freshet.cache;

/**
 * A heartbeat as it was received.
 *
 * @param receivedNanos in the time of the feed's ticker
 * @param xmin of its snapshot
 * @param committedMicros when it was committed, µs since 1970
 */
record FeedHeartbeat(long receivedNanos, long xmin, long committedMicros) {}

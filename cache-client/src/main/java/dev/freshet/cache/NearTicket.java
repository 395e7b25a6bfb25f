package dev.freshet.cache;

/**
 * The right to put a value into the local cache, if nothing becomes stale meanwhile.
 *
 * @param version how many messages of the bucket had been handled
 */
record NearTicket(int bucket, Stretch stretch, long version) {}

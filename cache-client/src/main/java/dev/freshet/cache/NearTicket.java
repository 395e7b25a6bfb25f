package dev.freshet.cache;

/**
 * The right to put a value into the local cache, unless something it depends on becomes stale
 * first.
 *
 * @param version how many messages with tags the bucket had handled
 */
record NearTicket(int bucket, Stretch stretch, long version) {}

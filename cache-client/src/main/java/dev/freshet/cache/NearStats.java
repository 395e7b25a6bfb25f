package dev.freshet.cache;

/**
 * What a local cache did since it was made.
 *
 * @param hits look-ups that found an entry that may be served
 * @param misses all others, those that ask for untrusted entries aside
 * @param puts accepted
 * @param refused puts that came too late: a tag became stale meanwhile, or the feed broke
 * @param invalidated entries that a tag made stale
 * @param evicted entries that had to make room or had expired
 * @param entries held now, about
 */
record NearStats(
    long hits,
    long misses,
    long puts,
    long refused,
    long invalidated,
    long evicted,
    long entries) {}

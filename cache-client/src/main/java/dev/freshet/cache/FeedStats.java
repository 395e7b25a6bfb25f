package dev.freshet.cache;

/**
 * What happened to a feed since its start.
 *
 * @param messages heard
 * @param gaps how often the number of a message or its incarnation did not follow, or messages were
 *     dropped because too many waited
 * @param silences how often a bucket was not heard of for too long
 * @param disconnects how often the subscription was lost
 * @param clears how often a bucket was forgotten, for any of these reasons
 * @param waiting messages received and not handled yet
 * @param ageNanos since the newest message of the bucket that was heard of longest ago; negative
 *     while one was never heard of
 */
record FeedStats(
    long messages,
    long gaps,
    long silences,
    long disconnects,
    long clears,
    int waiting,
    long ageNanos) {}

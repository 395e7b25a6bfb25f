/**
 * Row changes to stale tags to Redis deletes.
 *
 * <p>Reads the row changes of every table that has a rule; writes stale tags and watermarks to
 * {@code <ns>.invalidations}; a sink deletes the Redis keys of these tags and remembers in Redis
 * how far it got. In the order of the way: {@link dev.freshet.invalidation.TagRules} (which tags
 * does this row touch?), {@link dev.freshet.invalidation.InvalidationTopology}, {@link
 * dev.freshet.invalidation.RedisInvalidator} (the only place that deletes from Redis).
 */
@NullMarked
package dev.freshet.invalidation;

import org.jspecify.annotations.NullMarked;

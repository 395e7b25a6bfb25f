package dev.freshet.materializer.engine;

import org.jspecify.annotations.Nullable;

/**
 * A row of a view that is new, different or gone.
 *
 * @param key the values of the view's key columns
 * @param row the whole row as it is now; {@code null} when it is gone
 */
@SuppressWarnings("ArrayRecordComponent") // looked into, never compared
public record ViewChange(@Nullable Object[] key, @Nullable Object @Nullable [] row) {}

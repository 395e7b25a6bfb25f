package dev.freshet.materializer.row;

import org.jspecify.annotations.Nullable;

/**
 * A row image as a source reads it.
 *
 * @param row a value for each column of the source, or why there is none ({@link Missing})
 * @param problem what is wrong with the first {@link Missing#UNREADABLE} column; {@code null} when
 *     there is none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record Reading(@Nullable Object[] row, @Nullable String problem) {}

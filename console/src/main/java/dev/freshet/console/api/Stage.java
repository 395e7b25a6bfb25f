package dev.freshet.console.api;

import org.jspecify.annotations.Nullable;

/**
 * One stage of a change's way.
 *
 * @param name what does the work
 * @param from where the change comes from
 * @param to where it is then
 * @param state in one word
 * @param lag how long changes of the last minute took here; null when that is not measured
 * @param recordsBehind what waits in front of it; null when that is not known
 * @param slowest whether more time goes by here than in the others
 * @param detail a sentence; empty when there is nothing to say
 */
public record Stage(
    String name,
    String from,
    String to,
    State state,
    @Nullable Percentiles lag,
    @Nullable Long recordsBehind,
    boolean slowest,
    String detail) {}

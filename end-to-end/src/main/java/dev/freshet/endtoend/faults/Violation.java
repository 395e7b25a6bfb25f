package dev.freshet.endtoend.faults;

/**
 * A promise that was broken.
 *
 * @param seed of the schedule
 * @param what was found, with the values
 */
public record Violation(long seed, String what) {}

/**
 * A test fixture: a recording goes through a topology in {@link
 * org.apache.kafka.streams.TopologyTestDriver}, by the clock of its own timestamps, and what comes
 * out is compared with a file. How to use it: docs/reference/recordings.md.
 */
@NullMarked
package dev.freshet.replaytest;

import org.jspecify.annotations.NullMarked;

/**
 * A file with records of topics: written as they come, checked, and read in one order that is the
 * same every time. The format is described in docs/reference/recordings.md.
 */
@NullMarked
package dev.freshet.recording;

import org.jspecify.annotations.NullMarked;

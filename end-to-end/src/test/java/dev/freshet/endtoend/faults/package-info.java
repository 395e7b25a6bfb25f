/** Tests of the fault check itself: its schedules and its proxy; and a few schedules, run. */
@NullMarked
package dev.freshet.endtoend.faults;

import org.jspecify.annotations.NullMarked;

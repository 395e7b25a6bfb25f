/** Smoke tests of the benches, and tests of what they count with. */
@NullMarked
package dev.freshet.endtoend.bench;

import org.jspecify.annotations.NullMarked;

/**
 * The whole of Freshet on real services, started as users start it, while services and processes
 * fail.
 */
@NullMarked
package dev.freshet.endtoend;

import org.jspecify.annotations.NullMarked;

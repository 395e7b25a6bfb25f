/**
 * Benchmarks on the real embedded stack: {@code freshet bench NAME}.
 *
 * <p>Every bench measures Freshet beside a peer in the same run, in rounds, and prints one form of
 * result. Nothing here is shipped to users of the library.
 */
@NullMarked
package dev.freshet.endtoend.bench;

import org.jspecify.annotations.NullMarked;

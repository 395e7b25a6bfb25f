/**
 * A view as a stream: {@code <ns>.commits} in, {@code <ns>.view.<name>} out, one processor, one
 * store.
 */
@NullMarked
package dev.freshet.materializer.stream;

import org.jspecify.annotations.NullMarked;

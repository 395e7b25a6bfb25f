/** Tests of capture; the {@code IT}s run on the embedded stack. */
@NullMarked
package dev.freshet.ingest;

import org.jspecify.annotations.NullMarked;

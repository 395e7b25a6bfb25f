/** The source database: its tables, and whether it agrees with a compiled view. */
@NullMarked
package dev.freshet.materializer.source;

import org.jspecify.annotations.NullMarked;

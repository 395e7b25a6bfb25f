/** Change events to rows: the text of each column becomes a typed value. */
@NullMarked
package dev.freshet.materializer.row;

import org.jspecify.annotations.NullMarked;

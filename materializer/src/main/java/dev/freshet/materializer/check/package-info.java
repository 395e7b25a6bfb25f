/** Whether a view's table is what its SQL gives. */
@NullMarked
package dev.freshet.materializer.check;

import org.jspecify.annotations.NullMarked;

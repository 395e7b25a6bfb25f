/** Tests of the reporter. */
@NullMarked
package dev.freshet.reporter;

import org.jspecify.annotations.NullMarked;

/**
 * The beginning of a view: one database snapshot becomes its table and its state, and the log goes
 * on from there.
 */
@NullMarked
package dev.freshet.materializer.seed;

import org.jspecify.annotations.NullMarked;

/**
 * The compiler and its expressions against a real Postgres: the same values, or an error in both.
 */
@NullMarked
package dev.freshet.materializer.differential;

import org.jspecify.annotations.NullMarked;

/**
 * Row changes and SQL views to view rows.
 *
 * <p>In the order of the way: {@code sql} compiles a SELECT to a {@code plan}, whose expressions
 * are in {@code expression}; {@code row} reads change events into the values a plan computes with.
 */
@NullMarked
package dev.freshet.materializer;

import org.jspecify.annotations.NullMarked;

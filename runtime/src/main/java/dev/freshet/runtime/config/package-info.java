/**
 * The config reader: YAML text becomes a tree with lines and columns, the tree becomes records.
 *
 * <p>A record declares its settings once ({@code @Doc}, {@code @Default}, {@code @Example}); from
 * that declaration come reading, every problem at its place, the JSON schema, the reference page
 * and {@code config show}. Nothing here reads a file or a variable except through {@link
 * dev.freshet.runtime.config.Environment}.
 */
@NullMarked
package dev.freshet.runtime.config;

import org.jspecify.annotations.NullMarked;

/**
 * The dashboard as HTML: the same parts for the first paint and for the stream that keeps them
 * current, so that a browser needs no program to show them and a small one to follow them.
 */
@NullMarked
package dev.freshet.console.page;

import org.jspecify.annotations.NullMarked;

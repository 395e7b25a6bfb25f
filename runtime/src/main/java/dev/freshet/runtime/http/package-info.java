/**
 * The one HTTP server of Freshet: its threads, limits, timeouts and headers, whoever answers behind
 * it. Knows no paths.
 */
@NullMarked
package dev.freshet.runtime.http;

import org.jspecify.annotations.NullMarked;

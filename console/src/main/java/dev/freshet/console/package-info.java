/**
 * The console: an HTTP API, a live stream and a dashboard over what the topics tell. It reads
 * topics and nothing else, keeps a bounded picture of them in memory, and writes one thing:
 * invalidations an administrator asks for.
 */
@NullMarked
package dev.freshet.console;

import org.jspecify.annotations.NullMarked;

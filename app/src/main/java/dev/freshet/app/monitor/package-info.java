/**
 * What a process shows of itself over HTTP: its metrics, whether it lives, whether it is ready.
 * Reads the registry and the services' health; changes nothing.
 */
@NullMarked
package dev.freshet.app.monitor;

import org.jspecify.annotations.NullMarked;

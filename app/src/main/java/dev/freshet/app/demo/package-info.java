/**
 * {@code freshet demo}: the whole pipeline on the embedded stack under a workload that checks it.
 */
@NullMarked
package dev.freshet.app.demo;

import org.jspecify.annotations.NullMarked;

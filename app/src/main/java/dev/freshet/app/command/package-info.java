/**
 * What people type: one class per command, and the tree that finds, runs and explains them.
 *
 * <p>A command writes data to stdout and talk to stderr, and ends with an {@link
 * dev.freshet.app.ExitCode}.
 */
@NullMarked
package dev.freshet.app.command;

import org.jspecify.annotations.NullMarked;

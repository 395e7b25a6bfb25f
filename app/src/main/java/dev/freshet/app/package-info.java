/**
 * The program: the whole config, the roles, and the one process that runs them.
 *
 * <p>Reads {@code freshet.yaml}; starts what {@link dev.freshet.app.Roles} lists; keeps nothing.
 * The commands people type are in {@link dev.freshet.app.command}.
 */
@NullMarked
package dev.freshet.app;

import org.jspecify.annotations.NullMarked;

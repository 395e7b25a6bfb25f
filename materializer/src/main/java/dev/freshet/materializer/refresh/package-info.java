/**
 * Postgres's own materialized views, refreshed after changes of the tables they read: which tables
 * those are, when it is time, and the refresh itself.
 */
@NullMarked
package dev.freshet.materializer.refresh;

import org.jspecify.annotations.NullMarked;

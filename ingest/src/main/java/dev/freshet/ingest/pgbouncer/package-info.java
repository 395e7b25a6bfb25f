/**
 * A PgBouncer's pools, as its admin console tells them ({@link
 * dev.freshet.ingest.pgbouncer.PgBouncerProbe}). The console is no Postgres: it speaks the simple
 * protocol alone and refuses the SET with which the JDBC driver begins a session, so the few
 * messages it takes are written here.
 */
@NullMarked
package dev.freshet.ingest.pgbouncer;

import org.jspecify.annotations.NullMarked;

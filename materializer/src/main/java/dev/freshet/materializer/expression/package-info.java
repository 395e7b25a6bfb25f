/**
 * PostgreSQL's functions and operators over run-time values, and the table that lists them.
 *
 * <p>The semantics are Postgres's to the last digit of display scale; the differential suite
 * compares every entry of the table with a real server.
 */
@NullMarked
package dev.freshet.materializer.expression;

import org.jspecify.annotations.NullMarked;

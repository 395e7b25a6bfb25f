/**
 * The whole system under faults that a seed decides: real servers, Freshet in processes of its own,
 * a workload, and Postgres to say afterwards what is true.
 *
 * <p>Reads and writes: tables, topics and keys of its own on an embedded stack. Front door: {@link
 * dev.freshet.endtoend.faults.FaultCheck}.
 *
 * <p>A seed decides which faults come when, how long each lasts and what it hits, and what the
 * workload does next. It does not decide how the operating system runs processes, nor what an
 * earlier schedule of the same run left in the logs. The same seed tries the same things again; it
 * need not meet them in the same order.
 */
@NullMarked
package dev.freshet.endtoend.faults;

import org.jspecify.annotations.NullMarked;

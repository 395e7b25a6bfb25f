/**
 * The machine that tries to break the cache: real Postgres, real Redis, the real sink and the real
 * scripts under a workload and faults that a seed decides, and a judge of every read.
 *
 * <p>Reads: the database's log. Writes: its own tables, and a Redis per lane. Front door: {@link
 * dev.freshet.endtoend.consistency.Checker}.
 *
 * <p>What a seed decides: how many writers, loaders and readers there are, what each does next and
 * how long it pauses before each step, what is delayed, doubled or put out of order between the log
 * and the sink, and which faults come when. What it does not decide: how the operating system runs
 * the threads, how long Postgres and Redis take, and what loads of other lanes do to both. The same
 * seed tries the same things again; it need not meet them in the same order.
 */
@NullMarked
package dev.freshet.endtoend.consistency;

import org.jspecify.annotations.NullMarked;

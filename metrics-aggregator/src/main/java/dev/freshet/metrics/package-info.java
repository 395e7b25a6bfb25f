/**
 * Request events to rolling latency, error and hit rates per service and route.
 *
 * <p>In the order of the way: {@link dev.freshet.metrics.Combiner} counts the events of one input
 * partition by route and pane of five seconds and passes the counts on at every commit; {@link
 * dev.freshet.metrics.Merger} adds up what came from all partitions, closes panes by a clock of its
 * own and keeps the windows as running sums ({@link dev.freshet.metrics.RouteWindows}).
 */
@NullMarked
package dev.freshet.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * How the system around Freshet is: probes look at its parts on a timer, figures are judged by
 * thresholds, shown as gauges and written to a topic that others read.
 */
@NullMarked
package dev.freshet.runtime.health;

import org.jspecify.annotations.NullMarked;

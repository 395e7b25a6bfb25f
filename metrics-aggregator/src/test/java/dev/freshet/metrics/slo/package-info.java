/** Tests of objectives, alerts and webhooks. */
@NullMarked
package dev.freshet.metrics.slo;

import org.jspecify.annotations.NullMarked;

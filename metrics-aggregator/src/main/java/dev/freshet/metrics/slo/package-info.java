/**
 * Service-level objectives and their alerts.
 *
 * <p>Reads the minutes of {@code <ns>.latency-minutes}, whose partitions go by service, and brings
 * what they say about objectives together in {@code <ns>.slo-minutes}, which has one; keeps three
 * days of good and total counts per objective ({@link dev.freshet.metrics.slo.MinuteRing}) and the
 * state of each alert ({@link dev.freshet.metrics.slo.AlertState}); writes {@code <ns>.alerts},
 * whose changes go to webhooks ({@link dev.freshet.metrics.slo.WebhookSink}).
 */
@NullMarked
package dev.freshet.metrics.slo;

import org.jspecify.annotations.NullMarked;

/**
 * Answered requests over HTTP, as Freshet's own JSON or as OpenTelemetry's spans, to {@code
 * <ns>.requests}. Keeps nothing: who gets a 2xx has what Kafka acknowledged.
 */
@NullMarked
package dev.freshet.ingest.requests;

import org.jspecify.annotations.NullMarked;

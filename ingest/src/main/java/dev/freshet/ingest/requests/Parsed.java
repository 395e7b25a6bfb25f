package dev.freshet.ingest.requests;

import dev.freshet.events.RequestEvent;
import java.util.List;

/**
 * What was in a body.
 *
 * @param events the good ones
 * @param rejectedCount how many were not
 * @param rejected the first of those
 */
record Parsed(List<RequestEvent> events, int rejectedCount, List<Rejected> rejected) {}

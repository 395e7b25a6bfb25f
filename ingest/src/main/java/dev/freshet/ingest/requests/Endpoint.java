package dev.freshet.ingest.requests;

import java.util.Set;

/** One path, what it understands and how it speaks; the door does the rest. Thread-safe. */
interface Endpoint {

  String path();

  /** The media types it reads; a browser may not send any of them to another site unasked. */
  Set<String> contentTypes();

  /**
   * Reads a body.
   *
   * @throws Refusal when nothing of it can be read
   */
  Parsed parse(byte[] body, String contentType, long nowMillis) throws Refusal;

  /** The answer once the good events are kept. */
  Reply accepted(Parsed parsed, String contentType);

  /** The answer when nothing was kept, or when that is not known. */
  Reply refused(Refusal refusal, String contentType);
}

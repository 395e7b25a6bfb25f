package dev.freshet.console;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;

/** Server-sent events, as text. */
final class Events {

  private final StringBuilder text = new StringBuilder();

  /** Adds an event whose data is one line. */
  Events add(String id, String event, String data) {
    text.append("id: ").append(id).append('\n');
    text.append("event: ").append(event).append('\n');
    text.append("data: ").append(data).append("\n\n");
    return this;
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static String quoted(String raw) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(raw)) + '"';
  }
}

package dev.freshet.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.Terminal;

/** JSON on stdout: one value, one line. */
final class Json {

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static void print(Terminal terminal, JsonNode value) {
    terminal.out().println(value.toString());
  }
}

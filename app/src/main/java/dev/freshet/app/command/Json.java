package dev.freshet.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.Terminal;
import dev.freshet.console.api.Answers;
import java.nio.charset.StandardCharsets;

/** JSON on stdout: one value, one line. */
final class Json {

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** An answer as the API writes it, to be added to. */
  static ObjectNode of(Record answer) {
    return Answers.tree(answer);
  }

  static void print(Terminal terminal, JsonNode value) {
    terminal.out().println(value.toString());
  }

  /** An answer, as the API writes it. */
  static void print(Terminal terminal, Record answer) {
    terminal.out().println(new String(Answers.write(answer), StandardCharsets.UTF_8));
  }
}

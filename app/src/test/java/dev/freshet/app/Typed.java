package dev.freshet.app;

import dev.freshet.runtime.config.Environment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One command line, run in this JVM, and what came of it.
 *
 * @param code the exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record Typed(int code, String out, String err) {

  static Typed freshet(String... args) {
    return with(Map.of(), args);
  }

  static Typed with(Map<String, String> variables, String... args) {
    return with(Environment.of(variables), args);
  }

  static Typed with(Environment environment, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(out), stream(err), false, environment);
    int code = Main.run(terminal, args);
    return new Typed(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}

package dev.freshet.endtoend;

import dev.freshet.app.Main;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.config.Environment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What came of one command line, run in this JVM.
 *
 * @param code the exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record Answer(int code, String out, String err) {

  static Answer of(Map<String, String> variables, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(out), stream(err), false, Environment.of(variables));
    int code = Main.run(terminal, words);
    return new Answer(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Interrupts the command, as Ctrl-C would, once it has printed this. */
  static Answer until(String printed, Map<String, String> variables, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(out), stream(err), false, Environment.of(variables));
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Thread command = new Thread(() -> code.complete(Main.run(terminal, words)), words[0]);
    command.start();
    Wait.until(
        words[0] + " prints \"" + printed + "\"",
        () -> code.isDone() || out.toString(StandardCharsets.UTF_8).contains(printed));
    command.interrupt();
    return new Answer(
        code.orTimeout(Wait.LONGEST.toSeconds(), TimeUnit.SECONDS).join(),
        out.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}

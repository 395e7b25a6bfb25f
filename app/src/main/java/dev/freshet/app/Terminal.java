package dev.freshet.app;

import dev.freshet.runtime.config.Environment;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command writes to and what surrounds it.
 *
 * @param out data, for people or for the next program in a pipe
 * @param err talk: progress, notes, failures
 * @param colour whether escape sequences are welcome
 * @param environment variables and files a config may refer to
 */
public record Terminal(PrintStream out, PrintStream err, boolean colour, Environment environment) {

  /** The process's own streams, in UTF-8; coloured at a terminal unless {@code NO_COLOR} is set. */
  public static Terminal system() {
    boolean colour = Ansi.AUTO.enabled(); // knows terminals, NO_COLOR and CLICOLOR
    return new Terminal(
        utf8(FileDescriptor.out), utf8(FileDescriptor.err), colour, Environment.system());
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Tells people something, under the program's name; a line of the log where that is JSON. */
  public void say(String text) {
    if (LogFormat.current() == LogFormat.JSON) {
      LoggerFactory.getLogger("dev.freshet").info(text);
    } else {
      err.println("freshet: " + text);
    }
  }
}

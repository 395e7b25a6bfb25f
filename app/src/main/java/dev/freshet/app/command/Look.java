package dev.freshet.app.command;

import dev.freshet.app.Terminal;
import dev.freshet.runtime.FreshetException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** What all commands that look have in common: {@code --json}, {@code --watch}. */
final class Look {

  private static final long TURN_MILLIS = 1_000;

  /** To the upper left corner, and everything gone from there on. */
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Option(names = "--json", description = "JSON as the console's API has it, one object a line.")
  private boolean json;

  @Option(names = "--watch", description = "Go on until Ctrl-C, and look again every second.")
  private boolean watch;

  private String said = "";

  /** One look; says whether to look again. */
  interface Turn {
    boolean look() throws InterruptedException;
  }

  boolean json() {
    return json;
  }

  boolean watch() {
    return watch;
  }

  /** Looks, again and again if it says so. After the first look a service may be away. */
  void turns(Terminal terminal, Turn turn) throws InterruptedException {
    boolean again = turn.look();
    boolean away = false;
    while (again) {
      TimeUnit.MILLISECONDS.sleep(TURN_MILLIS);
      try {
        again = turn.look();
        if (away) {
          terminal.say("it answers again");
        }
        away = false;
      } catch (FreshetException e) {
        if (e.kind() != FreshetException.Kind.UNREACHABLE) {
          throw e;
        }
        if (!away) {
          terminal.say(e.text());
        }
        away = true;
      }
    }
  }

  /** Begins what is shown anew: on the same screen where it can be. */
  void begin(Terminal terminal) {
    if (watch && !json && terminal.colour()) {
      terminal.out().print(CLEAR);
    }
  }

  /** Tells people something, unless it was the last thing they were told. */
  void sayOnce(Terminal terminal, String text) {
    if (!text.equals(said)) {
      said = text;
      terminal.say(text);
    }
  }
}

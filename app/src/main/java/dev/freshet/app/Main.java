package dev.freshet.app;

import dev.freshet.app.command.CommandTree;

/** The program {@code freshet}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(Terminal.system(), args));
  }

  /** Runs one command line and returns its exit code; ends no process. */
  public static int run(Terminal terminal, String... args) {
    return CommandTree.run(terminal, args);
  }
}

package dev.freshet.endtoend.bench;

import dev.freshet.app.CommandProvider;
import dev.freshet.app.Terminal;

/** Brings {@code freshet bench} along where this module is on the class path. */
public final class BenchCommandProvider implements CommandProvider {

  @Override
  public Group group() {
    return Group.CHECK;
  }

  @Override
  public Object command(Terminal terminal) {
    return new BenchCommand(terminal);
  }
}

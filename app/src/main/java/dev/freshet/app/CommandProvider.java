package dev.freshet.app;

/**
 * A command that another module or package brings along; found by {@link java.util.ServiceLoader},
 * so that {@code app} does not depend on where it comes from.
 */
public interface CommandProvider {

  /** The heading under which the help lists a command. */
  enum Group {
    RUN("Run"),
    CHECK("Check"),
    LOOK("Look");

    private final String heading;

    Group(String heading) {
      this.heading = heading;
    }

    public String heading() {
      return heading;
    }
  }

  /** Where the help lists it. */
  Group group();

  /**
   * A {@code Callable<Integer>} annotated with picocli's {@code @Command}; its result is the exit
   * code.
   */
  Object command(Terminal terminal);
}

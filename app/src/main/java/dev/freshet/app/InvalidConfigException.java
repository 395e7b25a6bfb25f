package dev.freshet.app;

import dev.freshet.runtime.config.ConfigProblem;
import dev.freshet.runtime.config.ConfigProblems;
import java.util.List;
import java.util.Optional;

/** A config file that cannot be used, with everything that has to change in it. */
public final class InvalidConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ConfigProblems problems;

  public InvalidConfigException(ConfigProblems problems) {
    super(problems.text());
    this.problems = problems;
  }

  static InvalidConfigException of(String file, String message, String hint) {
    ConfigProblem problem = new ConfigProblem("", 1, 1, message, Optional.of(hint));
    return new InvalidConfigException(new ConfigProblems(file, List.of(problem)));
  }

  public ConfigProblems problems() {
    return problems;
  }
}

package dev.freshet.runtime.config;

import java.util.Optional;

/**
 * A refusal by a record's compact constructor that names the component at fault, so that the
 * problem is reported at that component's line. A plain {@link IllegalArgumentException} is
 * reported at the record's.
 */
public final class InvalidValue extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String component;
  private final String hint;

  /**
   * @param component the component's name in Java
   * @param message what was found and what is expected
   * @param hint what to write instead
   */
  public InvalidValue(String component, String message, String hint) {
    super(message);
    this.component = component;
    this.hint = hint;
  }

  public InvalidValue(String component, String message) {
    this(component, message, "");
  }

  String component() {
    return component;
  }

  Optional<String> hint() {
    return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
  }
}

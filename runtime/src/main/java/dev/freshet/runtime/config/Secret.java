package dev.freshet.runtime.config;

/** A text that must not be printed: {@link #toString} is {@code ***}. */
public final class Secret {
  static final String MASK = "***";

  private final String text;

  public Secret(String text) {
    this.text = text;
  }

  /** The text itself, for the one place that needs it. */
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return MASK;
  }
}

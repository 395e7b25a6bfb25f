package dev.freshet.console.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How something stands, in one word that needs no colour. */
public enum State {
  OK,
  SLOW,
  STOPPED,
  UNKNOWN;

  /** As it is written. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The worse of the two; what is not known says nothing. */
  State or(State other) {
    if (this == UNKNOWN || other == UNKNOWN) {
      return this == UNKNOWN ? other : this;
    }
    return compareTo(other) >= 0 ? this : other;
  }
}

package dev.freshet.events;

/** A record that is not what its topic promises; the message says what was found. */
public final class MalformedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedEventException(String message) {
    super(message);
  }
}

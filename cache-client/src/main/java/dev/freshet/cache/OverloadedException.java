package dev.freshet.cache;

/** A value was missing and may not be loaded now: the loads in front of the database are full. */
public final class OverloadedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  OverloadedException(String message) {
    super(message);
  }
}

package dev.freshet.recording;

import java.io.IOException;

/** A file that is no recording, or one that was cut off or changed after it was written. */
public final class BrokenRecordingException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long position;

  BrokenRecordingException(long position, String what) {
    super(what);
    this.position = position;
  }

  /** Where in the file, bytes from its beginning. */
  public long position() {
    return position;
  }
}

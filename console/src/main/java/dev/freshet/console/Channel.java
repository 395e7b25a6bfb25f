package dev.freshet.console;

/**
 * What a live stream tells, as events since a position. Those who are up to date get the same
 * bytes; a slow one skips, and gets what it missed in one piece. Asked by one thread.
 */
interface Channel {

  /** The position of somebody who knows nothing. */
  long NOTHING = -1;

  /** Bytes of server-sent events, which may be none, and where the reader then is. */
  final class Frame {
    private final byte[] bytes;
    private final long position;

    Frame(byte[] bytes, long position) {
      this.bytes = bytes;
      this.position = position;
    }

    byte[] bytes() {
      return bytes;
    }

    long position() {
      return position;
    }
  }

  /** Puts together what is new at this moment. */
  void tick(long nowMillis);

  /** What comes after a position. */
  Frame after(long position);
}

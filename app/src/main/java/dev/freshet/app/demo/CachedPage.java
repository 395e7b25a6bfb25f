package dev.freshet.app.demo;

import dev.freshet.cache.Fence;

/**
 * What the demo stores in Redis: the page and the fence it was loaded with, so that the check can
 * tell which changes it has seen.
 */
record CachedPage(Fence fence, String body) {

  static CachedPage parse(String text) {
    int bar = text.indexOf('|');
    String[] fence = text.substring(0, bar).split(" ", -1);
    return new CachedPage(new Fence(Long.parseLong(fence[0]), fence[1]), text.substring(bar + 1));
  }

  /** Whether it surely shows this transaction. */
  boolean shows(long xid) {
    return fence.sees(xid);
  }

  @Override
  public String toString() {
    return fence.xmin() + " " + fence.unfinished() + "|" + body;
  }
}

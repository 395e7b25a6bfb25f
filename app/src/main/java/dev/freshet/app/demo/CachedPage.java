package dev.freshet.app.demo;

import dev.freshet.cache.Fence;

/**
 * What the demo stores in Redis: the page and the fence it was loaded with, so that the check can
 * tell which changes it has seen.
 */
record CachedPage(Fence fence, String body) {

  static CachedPage parse(String text) {
    int bar = text.indexOf('|');
    return new CachedPage(
        new Fence(Long.parseLong(text.substring(0, bar))), text.substring(bar + 1));
  }

  /** Whether it surely shows this transaction. */
  boolean shows(long xid) {
    return xid < fence.xmin();
  }

  @Override
  public String toString() {
    return fence.xmin() + "|" + body;
  }
}

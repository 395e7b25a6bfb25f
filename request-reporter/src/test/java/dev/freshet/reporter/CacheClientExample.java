package dev.freshet.reporter;

import dev.freshet.cache.CacheEvent;
import java.util.function.Consumer;

/** The example of the README; it compiles. */
final class CacheClientExample {

  private CacheClientExample() {}

  /** To be given to the cache client: FreshCache.builder(…).events(CacheClientExample.noting()). */
  static Consumer<CacheEvent> noting() {
    return event -> {
      if (event instanceof CacheEvent.Hit hit) {
        CacheReads.note(hit.tier() == CacheEvent.Tier.NEAR ? "l1" : "l2");
      } else {
        CacheReads.note("miss");
      }
    };
  }
}

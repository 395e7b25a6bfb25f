package dev.freshet.cache;

import io.micrometer.core.instrument.Counter;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the application's handler; what it throws is counted and goes no further. */
record Events(Optional<Consumer<CacheEvent>> handler, Counter failed) {

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  /** Whether anybody listens. */
  boolean heard() {
    return handler.isPresent();
  }

  void tell(CacheEvent event) {
    try {
      handler.ifPresent(it -> it.accept(event));
    } catch (RuntimeException e) {
      failed.increment();
      LOG.debug("the handler of cache events failed", e);
    }
  }
}

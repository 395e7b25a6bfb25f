package dev.freshet.cache;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads many keys ahead of their readers, on threads of its own while it lasts. Thread-safe. */
record Warmer(int mostAtATime) {

  private static final Logger LOG = LoggerFactory.getLogger(Warmer.class);

  Warming warm(Collection<String> keys, int concurrency, Consumer<String> load) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency is " + concurrency + "; at least 1");
    }
    Set<String> distinct = new LinkedHashSet<>(keys);
    Queue<String> open = new ConcurrentLinkedQueue<>(distinct);
    Warming warming = new Warming(distinct.size());
    int threads = Math.min(Math.min(concurrency, mostAtATime), distinct.size());
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(() -> work(open, warming, load), "freshet-warm-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    return warming;
  }

  private static void work(Queue<String> open, Warming warming, Consumer<String> load) {
    String key = open.poll();
    while (key != null && !warming.cancelled()) {
      boolean worked = false;
      try {
        load.accept(key);
        worked = true;
      } catch (Throwable e) { // an Error too: whoever waits for the end must hear of it
        LOG.debug("{} could not be warmed", key, e);
      } finally {
        warming.one(worked);
      }
      key = open.poll();
    }
  }
}

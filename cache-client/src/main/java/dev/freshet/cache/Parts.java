package dev.freshet.cache;

import io.lettuce.core.AbstractRedisClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * What a cache is made of.
 *
 * @param ownClient the client of Redis, if it is ours to shut down
 */
record Parts(
    Core core,
    Warmer warmer,
    Hints hints,
    HotKeys hot,
    Flights flights,
    FarTier far,
    NearCache<Held> near,
    Feed feed,
    Freshness freshness,
    CacheMeters meters,
    ThreadPoolExecutor loaders,
    ScheduledExecutorService timer,
    Link link,
    Optional<? extends AbstractRedisClient> ownClient) {

  private static final Duration SHUTDOWN = Duration.ofSeconds(2);

  void close() {
    timer.shutdownNow();
    loaders.shutdown();
    feed.close();
    link.close();
    ownClient.ifPresent(client -> client.shutdown(Duration.ZERO, SHUTDOWN));
  }
}

package dev.freshet.cache;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the parts of a cache together. */
final class Assembly {

  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);
  private static final long REMEMBER_SECONDS = 60;
  private static final long IDLE_SECONDS = 30;

  private Assembly() {}

  static Parts of(FreshCacheBuilder b, Supplier<Link> connect) {
    Link link = connect.get();
    if (!link.await(b.connectTimeout)) {
      LOG.warn("Redis was not reached within {}; values are loaded until it is", b.connectTimeout);
    }
    CacheMeters meters = new CacheMeters(b.registry);
    NearCache<Held> near = new NearCache<>(b.nearBound, b.nanoTime);
    Feed feed = new Feed(link, b.namespace, b.feedLimits, near, b.nanoTime);
    FarTier far = new FarTier(link, feed::layout, b.redisTimeout, b.nanoTime);
    Freshness freshness = new Freshness(feed, b.clock);
    Events events = new Events(b.events, meters.eventsFailed);
    Values values = new Values(b.codec == null ? Codec.json() : b.codec, b.compressAbove);
    Flights flights = new Flights();
    Limiter limiter = new Limiter(b.running, b.waiting, b.patience);
    ThreadPoolExecutor loaders = loaders(b.running, b.waiting);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(named("freshet-timer"));
    Stores stores =
        new Stores(far, near, feed, flights, values, meters, events, b.clock, b.nanoTime, b.random);
    HotKeys hot = new HotKeys(far, b.random);
    Hints hints = new Hints(far);
    Reads reads =
        new Reads(
            far,
            near,
            stores,
            values,
            freshness,
            meters,
            events,
            hot,
            b.clock,
            b.nanoTime,
            b.random);
    Loads loads = new Loads(far, stores, flights, limiter, b.patience, b.nanoTime, b.random);
    Verifier verifier =
        new Verifier(
            b.verifyShare,
            b.verifyBound,
            far,
            near,
            stores,
            values,
            limiter,
            hints,
            timer,
            loaders,
            b.random);
    Core core =
        new Core(
            reads,
            loads,
            new BatchLoads(stores, flights, limiter),
            far,
            flights,
            verifier,
            meters,
            loaders);
    meters.show(limiter, flights, loaders);
    meters.show(far, freshness);
    meters.show(verifier);
    meters.gauge("hot.tracked", "Keys whose reads are counted", hot, HotKeys::tracked);
    NearMetrics.show(b.registry, feed);
    NearMetrics.show(b.registry, near);
    every(timer, REMEMBER_SECONDS, hot::flush);
    every(timer, REMEMBER_SECONDS, hot::fade);
    return new Parts(
        core,
        new Warmer(b.running),
        hints,
        hot,
        flights,
        far,
        near,
        feed,
        freshness,
        meters,
        loaders,
        timer,
        link,
        b.ownClient);
  }

  private static void every(
      ScheduledExecutorService timer, long seconds, Supplier<CompletableFuture<?>> work) {
    Runnable start =
        () -> {
          CompletionStage<?> sent = work.get();
          sent.whenComplete(
              (done, error) -> LOG.debug("the hottest keys were sent to Redis", error));
        };
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(start, seconds, seconds, TimeUnit.SECONDS);
  }

  /** As many threads as loads may run; they end when idle. */
  private static ThreadPoolExecutor loaders(int running, int waiting) {
    ThreadPoolExecutor loaders =
        new ThreadPoolExecutor(
            running,
            running,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(waiting),
            named("freshet-load"));
    loaders.allowCoreThreadTimeOut(true);
    return loaders;
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}

package dev.freshet.cache;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link FreshCache}. Only the namespace and Redis must be given. */
public final class FreshCacheBuilder {

  private static final String CLUSTER = "-cluster://";

  String namespace = "";
  @Nullable Supplier<Link> link;
  Optional<? extends AbstractRedisClient> ownClient = Optional.empty();
  MeterRegistry registry = new SimpleMeterRegistry();
  @Nullable Codec codec;
  NearBound nearBound = NearBound.weight(64L << 20);
  Duration redisTimeout = Duration.ofMillis(500);
  Duration connectTimeout = Duration.ofSeconds(3);
  int compressAbove = 4096;
  int running = 32;
  int waiting = 1024;
  Duration patience = Duration.ofSeconds(30);
  double verifyShare;
  Duration verifyBound = Duration.ofSeconds(5);
  Optional<Consumer<CacheEvent>> events = Optional.empty();
  FeedLimits feedLimits = FeedLimits.defaults();
  InstantSource clock = InstantSource.system();
  LongSupplier nanoTime = System::nanoTime;
  RandomGenerator random = new ThreadRandom();

  FreshCacheBuilder() {}

  /** The namespace Freshet runs under. */
  public FreshCacheBuilder namespace(String value) {
    if (value.isEmpty() || value.contains("{")) {
      throw new IllegalArgumentException(
          "the namespace is \"%s\"; it must not be empty nor contain a brace".formatted(value));
    }
    this.namespace = value;
    return this;
  }

  /**
   * Redis alone ({@code redis://host:6379}, {@code rediss://} for TLS), behind Sentinel ({@code
   * redis-sentinel://host:26379#name}) or a cluster ({@code redis-cluster://one:6379,two:6379}),
   * written as in {@code freshet.yaml}, through a client of the cache's own.
   */
  public FreshCacheBuilder redis(String uri) {
    this.link =
        () -> {
          if (uri.contains(CLUSTER)) {
            RedisClusterClient client = OwnClients.cluster(uri);
            ownClient = Optional.of(client);
            return Link.to(client);
          }
          RedisClient client = OwnClients.one(uri);
          ownClient = Optional.of(client);
          return Link.to(client);
        };
    return this;
  }

  /** Redis alone or behind Sentinel, through this client, which stays the application's. */
  public FreshCacheBuilder redis(RedisClient client) {
    this.link = () -> Link.to(client);
    return this;
  }

  /** A Redis Cluster, through this client, which stays the application's. */
  public FreshCacheBuilder redis(RedisClusterClient client) {
    this.link = () -> Link.to(client);
    return this;
  }

  /** Where the cache's own figures go, all named {@code freshet.cache...}. */
  public FreshCacheBuilder metrics(MeterRegistry value) {
    this.registry = value;
    return this;
  }

  /** How values are written; JSON through Jackson unless said otherwise. */
  public FreshCacheBuilder codec(Codec value) {
    this.codec = value;
    return this;
  }

  /** How much is held in this process, in bytes as the values are encoded; 64 MiB by default. */
  public FreshCacheBuilder nearBytes(long value) {
    this.nearBound = NearBound.weight(value);
    return this;
  }

  /** Payloads of this many bytes and more are compressed; 4,096 by default. */
  public FreshCacheBuilder compressAbove(int bytes) {
    this.compressAbove = bytes;
    return this;
  }

  /** How long an answer of Redis is waited for; 500 ms by default. */
  public FreshCacheBuilder redisTimeout(Duration value) {
    this.redisTimeout = value;
    return this;
  }

  /** How long {@link #build} waits for Redis; 3 s by default. Without it the cache loads. */
  public FreshCacheBuilder connectTimeout(Duration value) {
    this.connectTimeout = value;
    return this;
  }

  /**
   * How many loads may run at a time in this process and how many may wait; 32 and 1,024 by
   * default. Beyond, readers get an {@link OverloadedException}.
   */
  public FreshCacheBuilder loads(int atATime, int waitingAtMost) {
    if (atATime < 1 || waitingAtMost < 1) {
      throw new IllegalArgumentException(
          "%d loads at a time and %d waiting; both must be at least 1"
              .formatted(atATime, waitingAtMost));
    }
    this.running = atATime;
    this.waiting = waitingAtMost;
    return this;
  }

  /** How long a reader waits for a load to begin, or for another's to end; 30 s by default. */
  public FreshCacheBuilder patience(Duration value) {
    this.patience = value;
    return this;
  }

  /**
   * Loads the values of a share of all hits again and compares; what stays different is deleted.
   *
   * @param share from 0, the default, to 1
   * @param bound how long a change may take to reach the cache, 5 s by default
   */
  public FreshCacheBuilder verify(double share, Duration bound) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share is " + share + "; it must be from 0 to 1");
    }
    this.verifyShare = share;
    this.verifyBound = bound;
    return this;
  }

  /** Is told of each hit and each load, on the thread of the read. */
  public FreshCacheBuilder events(Consumer<CacheEvent> handler) {
    this.events = Optional.of(handler);
    return this;
  }

  FreshCacheBuilder time(InstantSource newClock, LongSupplier newNanoTime) {
    this.clock = newClock;
    this.nanoTime = newNanoTime;
    return this;
  }

  FreshCacheBuilder random(RandomGenerator value) {
    this.random = value;
    return this;
  }

  FreshCacheBuilder feedLimits(FeedLimits value) {
    this.feedLimits = value;
    return this;
  }

  /** Connects. A Redis that is away is no error: it is tried again, and until then values load. */
  public FreshCache build() {
    if (namespace.isEmpty() || link == null) {
      throw new IllegalStateException(
          "a cache needs a namespace and Redis:"
              + " FreshCache.builder().namespace(\"shop\").redis(\"redis://cache:6379\").build()");
    }
    return new FreshCache(Assembly.of(this, link));
  }

  /** Each thread has its own. */
  private static final class ThreadRandom implements RandomGenerator {
    @Override
    public long nextLong() {
      return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public int nextInt(int bound) {
      return ThreadLocalRandom.current().nextInt(bound);
    }
  }
}

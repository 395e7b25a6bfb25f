package dev.freshet.endtoend.bench;

import dev.freshet.cache.Fence;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.Topics;
import dev.freshet.invalidation.InvalidationConfig;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Sink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Freshet's Redis sink with a heartbeat every second, as {@code freshet run} feeds it; what becomes
 * stale is told by the caller. Thread-safe: the sink belongs to a thread of its own.
 */
final class LiveSink implements AutoCloseable {

  /** Above every transaction of it: what states this fence is stored whatever was told. */
  static final Fence NEWEST = new Fence(1L << 50);

  private static final long FIRST_XID = 1000;
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final Topics topics;
  private final Sink sink;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "live-sink");
            thread.setDaemon(true);
            return thread;
          });
  private long offset;
  private long xid = FIRST_XID;

  private LiveSink(Topics topics, Sink sink) {
    this.topics = topics;
    this.sink = sink;
  }

  /** Connects, and returns once a heartbeat is applied and fills are accepted. */
  static LiveSink open(Topics topics, KafkaConnection kafka, String redisUri) throws Exception {
    Sink sink =
        InvalidationStream.openSink(
            topics,
            InvalidationConfig.defaults(),
            kafka,
            redisUri,
            new SimpleMeterRegistry(),
            InstantSource.system());
    LiveSink live = new LiveSink(topics, sink);
    live.thread.submit(() -> sink.nextOffsets(Sink.Assignment.all(1))).get();
    live.thread.submit(live::beat).get();
    var unused =
        live.thread.scheduleAtFixedRate(
            live::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
    return live;
  }

  private void beat() {
    long now = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    xid++;
    apply(new Invalidation.Watermark(new Lsn(xid), xid, xid, now));
  }

  /** Tells that a tag became stale; done when Redis has deleted its last member. */
  CompletableFuture<Void> stale(String tag) {
    return CompletableFuture.runAsync(
        () -> {
          xid++;
          apply(
              new Invalidation.Stale(
                  Set.of(tag),
                  Set.of(),
                  Set.of(),
                  new Invalidation.Cause(
                      'u', new ChangeSource(TestBed.TABLE, "{}", new Lsn(xid), xid, 1))));
        },
        thread);
  }

  private void apply(Invalidation invalidation) {
    sink.apply(
        List.of(
            new ConsumerRecord<>(
                topics.invalidations(),
                0,
                offset++,
                new byte[0],
                InvalidationJson.write(invalidation))));
  }

  @Override
  public void close() {
    thread.execute(sink::close);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the sink is still busy after " + CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

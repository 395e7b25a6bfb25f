package dev.freshet.console;

import dev.freshet.console.api.Problem;
import dev.freshet.console.api.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All open streams and the clock that feeds them, once a second. What is told is put together once
 * for everybody who asked for the same.
 */
final class LiveStreams implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LiveStreams.class);
  private static final int MOST_CHANNELS = 50;

  /** Opens a stream that tells what a channel has. */
  interface Opening {
    LiveStream open(Channel channel) throws IOException;
  }

  private final int most;
  private final InstantSource clock;
  private final AtomicInteger open = new AtomicInteger();
  private final Set<LiveStream> streams = ConcurrentHashMap.newKeySet();
  private final Map<Object, Channel> channels = new LinkedHashMap<>();
  private final Counter slow;
  private final Future<?> ticking;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "console-streams");
            thread.setDaemon(true);
            return thread;
          });

  LiveStreams(int most, MeterRegistry registry, InstantSource clock) {
    this.most = most;
    this.clock = clock;
    registry.gauge("freshet.console.streams", open);
    this.slow = registry.counter("freshet.console.streams.too.slow");
    this.ticking = ticker.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** Room for one stream. */
  final class Place {
    private final AtomicBoolean taken = new AtomicBoolean(true);

    /** Gives it back, once. */
    void leave() {
      if (taken.compareAndSet(true, false)) {
        open.decrementAndGet();
      }
    }
  }

  /**
   * Takes a place.
   *
   * @throws ProblemException when there is none
   */
  Place enter() throws ProblemException {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      throw new ProblemException(
          Problem.TOO_MANY_REQUESTS,
          "%d live streams are open already".formatted(most),
          "close one, or raise console.max-streams");
    }
    return new Place();
  }

  void remove(LiveStream stream) {
    streams.remove(stream);
  }

  /**
   * Opens a stream of the channel of this key, which is made when it is the first to ask.
   *
   * @throws ProblemException when too many different ones are followed
   */
  void follow(Object key, Supplier<Channel> make, Opening opening)
      throws ProblemException, IOException {
    // Both under the lock: a tick in between would drop the channel that nobody follows yet.
    synchronized (channels) {
      LiveStream stream = opening.open(channel(key, make));
      streams.add(stream);
      if (stream.hasEnded()) {
        streams.remove(stream);
      }
    }
  }

  private Channel channel(Object key, Supplier<Channel> make) throws ProblemException {
    Channel channel = channels.get(key);
    if (channel == null) {
      if (channels.size() >= MOST_CHANNELS) {
        throw new ProblemException(
            Problem.TOO_MANY_REQUESTS,
            "%d different filters are followed already".formatted(MOST_CHANNELS),
            "follow without one");
      }
      channel = make.get();
      channel.tick(clock.millis());
      channels.put(key, channel);
    }
    return channel;
  }

  private void tick() {
    try {
      synchronized (channels) {
        channels.values().removeIf(channel -> !isFollowed(channel));
        channels.values().forEach(channel -> channel.tick(clock.millis()));
        for (LiveStream stream : streams) {
          if (stream.offer()) {
            slow.increment();
          }
        }
      }
    } catch (RuntimeException e) {
      // The next tick starts afresh; a scheduled task that throws would never run again.
      LOG.error("a tick of the live streams failed", e);
    }
  }

  private boolean isFollowed(Channel channel) {
    return streams.stream().anyMatch(stream -> stream.channel() == channel);
  }

  @Override
  public void close() {
    ticking.cancel(true);
    ticker.shutdownNow();
    streams.forEach(LiveStream::end);
  }
}

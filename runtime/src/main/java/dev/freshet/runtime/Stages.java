package dev.freshet.runtime;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestBatch;
import dev.freshet.events.RequestEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How long the stages of the way take, told as request events of the service {@code freshet}: they
 * become rolling latencies like those of any application.
 *
 * <p>Durations are counted in memory. Once a second the counts are sent as one batch with an event
 * per histogram bucket in use, weighted by its count: what travels does not grow with the number of
 * changes. Counts are exact; durations are within 0.55 %. For people to look at: what Kafka does
 * not take is dropped and counted. Thread-safe.
 */
public final class Stages implements AutoCloseable {

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int BATCH_BYTES = 256 << 10;

  /** Beyond it durations of further names are not counted. */
  private static final int MOST_STAGES = 200;

  private static final int NOT_HTTP = 0;

  private final Map<String, Stage> stages = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private final Consumer<byte[]> batches;
  private final Runnable end;

  Stages(InstantSource clock, Consumer<byte[]> batches, Runnable end) {
    this.clock = clock;
    this.batches = batches;
    this.end = end;
  }

  /** Durations that nobody wants to know. */
  public static Stages off() {
    return new Stages(InstantSource.system(), batch -> {}, () -> {});
  }

  /** Durations that are sent to this topic of request events until it is closed. */
  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
  public static Stages to(KafkaConnection kafka, String topic, MeterRegistry registry) {
    LossyProducer producer =
        new LossyProducer(kafka, topic, registry.counter("freshet.stages.dropped"));
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "freshet-stages");
              thread.setDaemon(true);
              return thread;
            });
    Stages stages =
        new Stages(
            InstantSource.system(),
            batch -> producer.send(null, batch),
            () -> {
              timer.shutdownNow();
              producer.close();
            });
    timer.scheduleAtFixedRate(
        stages::flush, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return stages;
  }

  /**
   * A stage, from the commit of a change to some point of its way.
   *
   * @param route its name, as in {@code commit-to-delete}
   */
  public Stage sinceCommit(String route) {
    Stage known = stages.get(route);
    if (known != null) {
      return known;
    }
    Stage stage = new Stage(route, clock);
    if (stages.size() < MOST_STAGES) {
      Stage other = stages.putIfAbsent(route, stage);
      return other == null ? stage : other;
    }
    return stage;
  }

  /** Sends what was counted since the last time. */
  void flush() {
    RequestBatch batch = new RequestBatch(BATCH_BYTES);
    long now = clock.millis();
    for (Stage stage : stages.values()) {
      for (RequestEvent event : stage.take(now)) {
        if (!batch.add(event)) {
          batches.accept(batch.toBytes());
          batch.clear();
          batch.add(event);
        }
      }
    }
    if (batch.count() > 0) {
      batches.accept(batch.toBytes());
    }
  }

  @Override
  public void close() {
    flush();
    end.run();
  }

  /** The durations of one stage. Thread-safe. */
  public static final class Stage {
    private final String route;
    private final InstantSource clock;
    private final ExponentialHistogram durations = new ExponentialHistogram();

    private Stage(String route, InstantSource clock) {
      this.route = route;
      this.clock = clock;
    }

    /**
     * Counts a change that got here now.
     *
     * @param committedMicros when it was committed, microseconds since 1970; 0 when unknown
     */
    public void reached(long committedMicros) {
      reached(new long[] {committedMicros}, 1);
    }

    /** Counts the first {@code n} of these changes, as if each had been told by itself. */
    public synchronized void reached(long[] committedMicros, int n) {
      var now = clock.instant();
      long nowMicros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
      for (int i = 0; i < n; i++) {
        if (committedMicros[i] > 0) {
          // Below 0 the database's clock is ahead of ours.
          long nanos = 1000 * Math.max(0, nowMicros - committedMicros[i]);
          durations.add(Math.min(nanos, RequestEvent.MAX_DURATION_NANOS));
        }
      }
    }

    private synchronized List<RequestEvent> take(long nowMillis) {
      List<RequestEvent> events = new ArrayList<>();
      add(events, nowMillis, 0, durations.zeroCount());
      durations.visit(
          (index, n) -> add(events, nowMillis, ExponentialHistogram.middleNanos(index), n));
      durations.clear();
      return events;
    }

    private void add(List<RequestEvent> events, long nowMillis, long nanos, long count) {
      for (long rest = count; rest > 0; rest -= RequestEvent.MAX_WEIGHT) {
        events.add(
            new RequestEvent(
                nowMillis,
                RequestEvent.FRESHET,
                route,
                HttpMethod.OTHER,
                NOT_HTTP,
                Math.min(nanos, RequestEvent.MAX_DURATION_NANOS),
                CacheOutcome.NONE,
                (int) Math.min(rest, RequestEvent.MAX_WEIGHT),
                ""));
      }
    }
  }
}

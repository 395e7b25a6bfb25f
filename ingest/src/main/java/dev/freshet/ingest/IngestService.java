package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link ChangeCapture} again and again for as long as its failures may pass, and tells how it
 * is: by whether heartbeats come out at the other end, not by whether a thread is alive.
 */
final class IngestService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(IngestService.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(10);
  private static final int SILENT_BEATS = 5;

  /** A run whose slot nobody reads for so long has a connection that died without a word. */
  private static final Duration LONGEST_UNREAD = Duration.ofSeconds(10);

  private final IngestConfig config;
  private final PostgresConnection postgres;
  private final KafkaConnection kafka;
  private final Topics topics;
  private final Map<TableName, Set<String>> columnsBefore;
  private final Heartbeat heartbeat;
  private final SlotGuard guard;
  private final Counter gapsPassed;
  private final Ingest.AfterGap afterGap;
  private final Stages.Stage inKafka;
  private final Thread thread;
  private final CompletableFuture<Boolean> reading = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile long lastHeartbeatNanos = System.nanoTime();

  IngestService(
      IngestConfig config,
      PostgresConnection postgres,
      KafkaConnection kafka,
      Topics topics,
      Map<TableName, Set<String>> columnsBefore,
      Stages stages,
      MeterRegistry registry,
      Ingest.AfterGap afterGap) {
    this.inKafka = stages.sinceCommit("commit-to-kafka");
    this.config = config;
    this.postgres = postgres;
    this.kafka = kafka;
    this.topics = topics;
    this.columnsBefore = columnsBefore;
    this.heartbeat = new Heartbeat(postgres, topics, config.heartbeatInterval());
    this.guard = new SlotGuard(postgres, config, topics, registry);
    this.gapsPassed = registry.counter("freshet.capture.gaps");
    this.afterGap = afterGap;
    this.thread = new Thread(this::run, "freshet-ingest");
    thread.setDaemon(true);
  }

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public void start() {
    guard.start();
    thread.start();
    try {
      reading.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FreshetException told) {
        throw told;
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw FreshetException.failed("could not start capture", Failures.inWords(cause), "", cause);
    } catch (TimeoutException e) {
      throw FreshetException.unreachable(
          "could not start capture",
          "the log is not being read after %d s: %s"
              .formatted(START_TIMEOUT.toSeconds(), health.detail()),
          "check Postgres and its slot " + config.slotIn(topics),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while starting capture", "", "", e);
    }
  }

  @Override
  public Health health() {
    Health now = health;
    if (now.state() != Health.State.RUNNING) {
      return now;
    }
    if (guard.gap().isPresent()) {
      return new Health(Health.State.DEGRADED, guard.gap().get().detail());
    }
    if (!guard.unread().isZero()) {
      return new Health(
          Health.State.DEGRADED,
          "nobody has read slot %s for %d s"
              .formatted(config.slotIn(topics), guard.unread().toSeconds()));
    }
    if (heartbeat.problem().isPresent()) {
      return new Health(Health.State.DEGRADED, "heartbeat: " + heartbeat.problem().get());
    }
    Duration silence = Duration.ofNanos(System.nanoTime() - lastHeartbeatNanos);
    Duration allowed = config.heartbeatInterval().multipliedBy(SILENT_BEATS);
    if (silence.compareTo(SHORTEST_SILENCE) > 0 && silence.compareTo(allowed) > 0) {
      return new Health(
          Health.State.DEGRADED,
          "the last heartbeat reached Kafka %d s ago".formatted(silence.toSeconds()));
    }
    return now;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!isClosing()) {
      try {
        Progress progress = new Progress();
        ChangeCapture capture =
            new CaptureStart(config, postgres, kafka, topics, columnsBefore).prepare(progress);
        progress.gap = capture.kept().gap();
        guard.watch(slot -> capture.kept());
        capture.run(() -> isClosing() || guard.gap().isPresent() || isDeaf());
      } catch (InterruptedException e) {
        LOG.debug("capture was interrupted");
        break;
      } catch (RuntimeException e) {
        if (!reading.isDone()) {
          health = new Health(Health.State.FAILED, Failures.inWords(e));
          reading.completeExceptionally(e);
          return;
        }
        if (!Failures.mayPass(e)) {
          LOG.error("capture stopped", e);
          health = new Health(Health.State.FAILED, Failures.inWords(e));
          heartbeat.close();
          return;
        }
        pause = health.state() == Health.State.RUNNING ? FIRST_PAUSE : longer(pause);
        LOG.warn("capture starts again in {} ms: {}", pause.toMillis(), Failures.inWords(e));
        LOG.debug("capture failed", e);
        health = new Health(Health.State.DEGRADED, Failures.inWords(e));
        pause(pause);
      }
    }
    health = Health.of(Health.State.STOPPED);
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private void pause(Duration time) {
    try {
      boolean closed = closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
      LOG.debug("pause over, closing: {}", closed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isDeaf() {
    return guard.unread().compareTo(LONGEST_UNREAD) > 0;
  }

  private boolean isClosing() {
    return closing.getCount() == 0 || Thread.currentThread().isInterrupted();
  }

  @Override
  public void close() {
    closing.countDown();
    guard.close();
    heartbeat.close();
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
      if (thread.isAlive()) {
        LOG.warn("capture did not end within {} s; interrupting it", CLOSE_TIMEOUT.toSeconds());
        thread.interrupt();
        thread.join(CLOSE_TIMEOUT.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (health.state() == Health.State.STARTING) {
      health = Health.of(Health.State.STOPPED); // never started
    }
  }

  /** What a run tells, seen from the service. */
  private final class Progress implements ChangeCapture.Listener {
    private Optional<String> gap = Optional.empty();

    @Override
    public void reading(boolean really) {
      if (!really) {
        health = new Health(Health.State.DEGRADED, "Postgres does not let us read the log yet");
        return;
      }
      gap.ifPresent(this::pass);
      if (health.state() != Health.State.RUNNING) {
        LOG.info("capture reads the log");
        lastHeartbeatNanos = System.nanoTime();
        health = Health.of(Health.State.RUNNING);
        if (reading.complete(true)) {
          heartbeat.start();
        }
      }
    }

    /** Now that every later change is read: what was derived before is void. */
    private void pass(String reason) {
      afterGap.everythingIsStale(reason);
      CaptureOffsets.passed(kafka, topics);
      gap = Optional.empty();
      gapsPassed.increment();
      LOG.warn("capture has begun anew; the cache is void and the views are seeded again");
    }

    @Override
    public void changeArrived(long committedMicros) {
      inKafka.reached(committedMicros);
    }

    @Override
    public void heartbeatArrived() {
      lastHeartbeatNanos = System.nanoTime();
    }
  }
}

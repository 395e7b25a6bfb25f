package dev.freshet.ingest;

import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.ingest.connect.ConnectorStatus;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Capture by a connector in Kafka Connect, seen from here: makes ready what it needs, and tells how
 * it is. Starts and restarts nothing: that is the operator's, by {@code freshet connect}.
 */
final class ConnectCapture implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectCapture.class);
  private static final Duration EVERY = Duration.ofSeconds(3);

  private final CaptureStart start;
  private final ConnectCluster cluster;
  private final String connector;
  private final SlotGuard guard;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean begun;
  private volatile Health health = Health.of(Health.State.STARTING);

  ConnectCapture(CaptureStart start, ConnectCluster cluster, MeterRegistry registry) {
    this.start = start;
    this.cluster = cluster;
    this.connector = start.config().connectorIn(start.topics());
    this.guard = new SlotGuard(start.postgres(), start.config(), start.topics(), registry);
    this.thread = new Thread(this::watch, "freshet-connect");
    thread.setDaemon(true);
  }

  @Override
  public String name() {
    return "ingest";
  }

  /**
   * Returns when the database is ready; a Kafka Connect that does not answer, and a connector that
   * is not there or fails, are told later and waited for.
   */
  @Override
  public void start() {
    if (answers()) {
      begin();
    }
    look();
    thread.start();
  }

  private boolean answers() {
    try {
      cluster.version();
      return true;
    } catch (FreshetException e) {
      if (e.kind() != FreshetException.Kind.UNREACHABLE) {
        throw e;
      }
      return false;
    }
  }

  private void begin() {
    CaptureOffsets ready = start.ready(this::kept);
    guard.watch(
        slot -> slot.filter(SlotState::isRead).isPresent() ? withoutPosition(ready) : kept(ready));
    guard.start();
    begun = true;
  }

  private CaptureOffsets kept(CaptureOffsets stored) {
    return new CaptureOffsets(
        Positions.position(cluster, connector, start.topics()), stored.source());
  }

  /** A connector that reads has compared slot and position itself when it began. */
  private static CaptureOffsets withoutPosition(CaptureOffsets ready) {
    return new CaptureOffsets(Optional.empty(), ready.source());
  }

  @Override
  public Health health() {
    return health;
  }

  private void watch() {
    try {
      while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Health now;
    try {
      if (!begun && answers()) {
        begin();
      }
      now = cluster.status(connector).map(this::judged).orElseGet(this::absent);
    } catch (FreshetException e) {
      now = new Health(Health.State.DEGRADED, Failures.inWords(e));
    }
    Optional<Gap> gap = guard.gap();
    if (gap.isPresent()) {
      now =
          new Health(
              Health.State.DEGRADED,
              "changes may have been missed: %s. Clear what is stale: docs/guides/disaster-recovery.md"
                  .formatted(gap.get().detail()));
    }
    if (!now.equals(health)) {
      if (now.state() == Health.State.RUNNING) {
        LOG.info("connector {} at {} captures", connector, cluster.url());
      } else {
        LOG.warn("{}", now.detail());
      }
    }
    health = now;
  }

  private Health judged(ConnectorStatus status) {
    if (status.captures()) {
      return Health.of(Health.State.RUNNING);
    }
    String advice;
    if (status.failed()) {
      advice = status.reason() + "; then: freshet connect restart --failed";
    } else if (status.state().equals(ConnectorStatus.RUNNING)) {
      advice = "it has no running task yet";
    } else {
      advice = "let it go on with: freshet connect resume";
    }
    return new Health(
        Health.State.DEGRADED,
        "connector %s does not capture (%s): %s".formatted(connector, status.inWords(), advice));
  }

  private Health absent() {
    return new Health(
        Health.State.DEGRADED,
        "there is no connector %s at %s: make it with: freshet connect deploy"
            .formatted(connector, cluster.url()));
  }

  @Override
  public void close() {
    closing.countDown();
    guard.close();
    thread.interrupt();
    health = Health.of(Health.State.STOPPED);
  }
}

package dev.freshet.ingest;

import dev.freshet.events.Topics;
import dev.freshet.runtime.PostgresConnection;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the slot while capture runs, on a connection and a thread of its own: two catalog
 * queries every {@value #EVERY_SECONDS} s. What it finds is what {@link GapGuard} would find at a
 * start, so that a gap shows at once and not when somebody starts capture again, and whether
 * anybody reads the slot. It changes nothing. Thread-safe.
 */
final class SlotGuard implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SlotGuard.class);

  /** With the answer's time-out below 10 s in all. */
  private static final int EVERY_SECONDS = 3;

  private static final String ANSWER_SECONDS = "3";
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** What capture has stored, as {@link GapGuard} wants it. */
  interface Kept {
    /**
     * What is stored now.
     *
     * @param slot as it was read just before
     */
    CaptureOffsets at(Optional<SlotState> slot);
  }

  private final PostgresConnection postgres;
  private final KeptConnection connection;
  private final String slot;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private TimelineHistory history = TimelineHistory.none();
  private int historyOf;
  private @Nullable Kept watched;
  private int round;
  private Optional<Gap> gap = Optional.empty();
  private @Nullable Long unreadSinceNanos;

  SlotGuard(
      PostgresConnection postgres, IngestConfig config, Topics topics, MeterRegistry registry) {
    this.postgres = postgres;
    this.connection = new KeptConnection(postgres, bounds());
    this.slot = config.slotIn(topics);
    this.thread = new Thread(this::run, "freshet-slot-guard");
    thread.setDaemon(true);
    for (Gap.Reason reason : Gap.Reason.values()) {
      Gauge.builder("freshet.slot.gap", this, guard -> guard.found(reason))
          .tag("slot", slot)
          .tag("reason", reason.word())
          .register(registry);
    }
    Gauge.builder("freshet.slot.unread.seconds", this, guard -> guard.unread().toMillis() / 1e3)
        .tag("slot", slot)
        .register(registry);
  }

  void start() {
    thread.start();
  }

  /** From now on this run is watched; what was found about the one before is forgotten. */
  synchronized void watch(Kept kept) {
    watched = kept;
    round++;
    gap = Optional.empty();
    unreadSinceNanos = null;
  }

  /** Why changes may have been missed by the run that is watched. */
  synchronized Optional<Gap> gap() {
    return gap;
  }

  /** How long nobody has read the slot; zero while somebody does, or nothing is watched. */
  synchronized Duration unread() {
    return unreadSinceNanos == null
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - unreadSinceNanos);
  }

  private synchronized int found(Gap.Reason reason) {
    return gap.filter(known -> known.reason() == reason).isPresent() ? 1 : 0;
  }

  private void run() {
    while (!waited()) {
      try {
        look();
      } catch (SQLException | RuntimeException e) {
        // Whether Postgres answers is told by the probe of the system's health.
        LOG.debug("the slot could not be looked at", e);
        connection.close();
      }
    }
    connection.close();
  }

  private boolean waited() {
    try {
      return closing.await(EVERY_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** One look. */
  void look() throws SQLException {
    Kept now;
    int lookedAt;
    synchronized (this) {
      now = watched;
      lookedAt = round;
    }
    if (now == null) {
      return;
    }
    Connection open = connection.open();
    SourceIdentity here = SourceIdentity.read(open, slot);
    Optional<SlotState> state = SlotState.read(open, slot);
    CaptureOffsets kept = now.at(state); // after the slot, which never overtakes it
    Optional<Gap> found = GapGuard.find(kept, here, state, historyFor(kept, here));
    boolean read = state.filter(SlotState::isRead).isPresent();
    synchronized (this) {
      if (round != lookedAt) {
        return; // of a run that is over
      }
      if (found.isPresent() && gap.isEmpty()) {
        LOG.error("changes may have been missed: {}", found.get().detail());
      }
      gap = found;
      if (read) {
        unreadSinceNanos = null;
      } else if (unreadSinceNanos == null) {
        unreadSinceNanos = System.nanoTime();
      }
    }
  }

  private TimelineHistory historyFor(CaptureOffsets kept, SourceIdentity here) throws SQLException {
    boolean same = kept.source().filter(there -> there.timeline() != here.timeline()).isEmpty();
    if (!same && historyOf != here.timeline()) {
      history = TimelineHistory.read(postgres, here.timeline());
      historyOf = here.timeline();
    }
    return same ? TimelineHistory.none() : history;
  }

  /** A server that does not answer must not make a look longer than is promised. */
  private static Properties bounds() {
    Properties bounds = new Properties();
    bounds.put("connectTimeout", ANSWER_SECONDS);
    bounds.put("loginTimeout", ANSWER_SECONDS);
    bounds.put("socketTimeout", ANSWER_SECONDS);
    return bounds;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

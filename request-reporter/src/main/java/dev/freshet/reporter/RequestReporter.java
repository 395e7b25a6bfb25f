package dev.freshet.reporter;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports requests to Freshet in the background.
 *
 * <pre>{@code
 * RequestReporter reporter =
 *     RequestReporter.to(URI.create("http://freshet:4318")).service("shop").token(token).start();
 * reporter.report("/orders/{id}", "GET", 200, System.nanoTime() - began);
 * }</pre>
 *
 * <p>{@link #report} costs an offer to a bounded queue and never waits: what does not fit is
 * dropped and counted. A batch that Freshet does not take is sent again, at least once, with
 * growing pauses or the pause Freshet asks for, up to 5 times; then it is dropped and counted. A
 * batch whose answer was lost may count twice. Thread-safe.
 */
public final class RequestReporter implements AutoCloseable {

  private static final int BATCH = 1000;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final BlockingQueue<AnsweredRequest> queue;
  private final Delivery delivery;
  private final Duration flushEvery;
  private final Thread thread;
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean closing;

  RequestReporter(ReporterBuilder options) {
    this.queue = new ArrayBlockingQueue<>(options.queueCapacity);
    this.delivery = new Delivery(options);
    this.flushEvery = options.flushEvery;
    this.thread = new Thread(this::run, "freshet-request-reporter");
    thread.setDaemon(true);
    thread.start();
  }

  /** A reporter for the door at this address, for example {@code http://freshet:4318}. */
  public static ReporterBuilder to(URI freshet) {
    return new ReporterBuilder(freshet);
  }

  /** Reports a request answered just now; false when it was dropped because the queue is full. */
  public boolean report(String route, String method, int status, long durationNanos) {
    return report(
        new AnsweredRequest(
            System.currentTimeMillis(), route, method, status, durationNanos, "", ""));
  }

  /** Reports a request; false when it was dropped because the queue is full or closed. */
  public boolean report(AnsweredRequest request) {
    if (!closing && queue.offer(request)) {
      return true;
    }
    dropped.incrementAndGet();
    return false;
  }

  /** Requests that Freshet has taken. */
  public long sent() {
    return delivery.sent();
  }

  /** Requests that were lost: the queue was full, or Freshet did not take them in time. */
  public long dropped() {
    return dropped.get();
  }

  /** Requests that Freshet refused one by one, because a field was out of range. */
  public long rejected() {
    return delivery.rejected();
  }

  /** Why the last batch was not taken; empty when it was. */
  public String problem() {
    return delivery.problem();
  }

  private void run() {
    List<AnsweredRequest> batch = new ArrayList<>(BATCH);
    try {
      while (!closing || !queue.isEmpty()) {
        gather(batch);
        if (!batch.isEmpty() && !delivery.send(batch)) {
          dropped.addAndGet(batch.size());
        }
        batch.clear();
      }
    } catch (InterruptedException closedForGood) {
      dropped.addAndGet(batch.size() + (long) queue.size());
    }
  }

  /** Waits for a first one, then until the batch is full or it is time to send. */
  private void gather(List<AnsweredRequest> batch) throws InterruptedException {
    long until = System.nanoTime() + flushEvery.toNanos();
    while (batch.size() < BATCH) {
      long left = closing ? 0 : until - System.nanoTime();
      AnsweredRequest next = left > 0 ? queue.poll(left, TimeUnit.NANOSECONDS) : queue.poll();
      if (next == null) {
        return;
      }
      batch.add(next);
    }
  }

  /** Sends what is queued, within 5 seconds; what is not sent by then is dropped. */
  @Override
  public void close() {
    close(CLOSE_WITHIN);
  }

  /** Sends what is queued, within this time; what is not sent by then is dropped. */
  public void close(Duration within) {
    closing = true;
    try {
      thread.join(Math.max(1, within.toMillis()));
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(CLOSE_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

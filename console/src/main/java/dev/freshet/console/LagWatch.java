package dev.freshet.console;

import dev.freshet.console.model.Model;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every two seconds how far the streams are behind. */
final class LagWatch implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(LagWatch.class);
  private static final long EVERY_MILLIS = 2_000;

  private final KafkaConnection kafka;
  private final Model model;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "console-lags");

  LagWatch(KafkaConnection kafka, Model model) {
    this.kafka = kafka;
    this.model = model;
    thread.setDaemon(true);
  }

  @Override
  public String name() {
    return "console-lags";
  }

  @Override
  public void start() {
    thread.start();
  }

  private void run() {
    try (GroupLags lags = new GroupLags(kafka, model.topics())) {
      do {
        model.lags().set(lags.read());
      } while (!stop.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("how far the streams are behind is no longer known", e);
    }
  }

  @Override
  public Health health() {
    return Health.of(
        stop.getCount() == 0
            ? Health.State.STOPPED
            : thread.isAlive() ? Health.State.RUNNING : Health.State.DEGRADED);
  }

  @Override
  public void close() {
    stop.countDown();
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

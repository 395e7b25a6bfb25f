package dev.freshet.materializer;

import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import java.util.ArrayList;
import java.util.List;

/** The stream and the sinks of one seed of a view. Thread-safe. */
final class ViewFollower implements AutoCloseable {

  private final List<Service> services;
  private final Runnable cleanUp;
  private final List<Service> running = new ArrayList<>();
  private boolean closed;

  /**
   * @param services in the order to start them
   * @param cleanUp removes what they leave behind
   */
  ViewFollower(List<Service> services, Runnable cleanUp) {
    this.services = List.copyOf(services);
    this.cleanUp = cleanUp;
  }

  void start() {
    for (Service service : services) {
      synchronized (this) {
        if (closed) {
          return;
        }
        running.add(service);
      }
      service.start();
    }
  }

  synchronized Health health() {
    return running.stream()
        .map(Service::health)
        .filter(one -> one.state() == Health.State.FAILED || one.state() == Health.State.DEGRADED)
        .findFirst()
        .orElse(Health.of(Health.State.RUNNING));
  }

  synchronized long rebalances() {
    return running.stream().mapToLong(Service::rebalances).sum();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    List<Service> toClose;
    synchronized (this) {
      closed = true;
      toClose = new ArrayList<>(running);
      running.clear();
    }
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
  }

  /** Removes the state of a seed that is closed and will not be followed again. */
  void forget() {
    cleanUp.run();
  }
}

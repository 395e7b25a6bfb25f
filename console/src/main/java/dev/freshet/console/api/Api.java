package dev.freshet.console.api;

import dev.freshet.console.model.Model;
import dev.freshet.runtime.Health;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Every endpoint there is. */
public final class Api {

  private final StatusApi status;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final String run;

  /**
   * @param concurrency how many requests may be under way
   * @param setup what GET /api/v1/config shows
   */
  public Api(
      Model model,
      Invalidator invalidator,
      Supplier<Health> health,
      Setup setup,
      int concurrency,
      InstantSource clock) {
    this.run = Long.toString(clock.millis(), 36);
    Waiting waiting = new Waiting(concurrency);
    status = new StatusApi(model, health, setup, waiting, clock);
    endpoints.addAll(status.endpoints());
    endpoints.addAll(new LatencyApi(model, setup, clock).endpoints());
    endpoints.addAll(new ViewsApi(model, setup).endpoints());
    endpoints.addAll(new FeedApi(model, run, clock).endpoints());
    endpoints.addAll(new HealthApi(model, health, setup, clock).endpoints());
    endpoints.addAll(new AdminApi(model, setup, status, invalidator, waiting, clock).endpoints());
  }

  /** Names this console until it is started anew: what it numbers, it numbers from 1 then. */
  public String run() {
    return run;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.copyOf(endpoints);
  }

  /** Is it fresh, at this moment. */
  public Status status() {
    return status.status();
  }
}

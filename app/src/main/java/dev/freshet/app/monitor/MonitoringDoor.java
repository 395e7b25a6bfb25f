package dev.freshet.app.monitor;

import dev.freshet.app.MonitoringConfig;
import dev.freshet.app.Pipeline;
import dev.freshet.runtime.BearerToken;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.http.HttpServer;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * The small HTTP door of a process: {@code /metrics} for Prometheus, in the format its Accept
 * header asks for, {@code /livez} and {@code /readyz} for whoever starts and stops it.
 *
 * <p>Few threads, one scrape at a time. {@code /livez} and {@code /readyz} name services and their
 * states to anyone who can connect; everything else needs the token. Without one, a question must
 * name this machine in its Host header. Thread-safe.
 */
public final class MonitoringDoor implements AutoCloseable {

  private static final int SCRAPES = 1;
  private static final HttpServer.Limits LIMITS =
      new HttpServer.Limits(4, 200, Duration.ofSeconds(1));

  private final ListenAddress address;
  private final BearerToken token;
  private final PrometheusRegistry metrics;
  private final Pipeline pipeline;
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final Semaphore room = new Semaphore(SCRAPES);
  private final HttpServer server;

  private MonitoringDoor(
      ListenAddress address, BearerToken token, PrometheusRegistry metrics, Pipeline pipeline) {
    this.address = address;
    this.token = token;
    this.metrics = metrics;
    this.pipeline = pipeline;
    this.server =
        new HttpServer(
            LIMITS,
            javalin -> {
              javalin.routes.before(this::requireThisMachine);
              javalin.routes.get("/metrics", this::metrics);
              javalin.routes.get("/livez", context -> states(context, MonitoringDoor::isAlive));
              javalin.routes.get("/readyz", this::ready);
            });
  }

  /**
   * A door that answers, unless the config says off.
   *
   * @throws FreshetException when it cannot listen
   */
  public static Optional<MonitoringDoor> open(
      MonitoringConfig config, Metrics metrics, Pipeline pipeline) {
    return config
        .address()
        .map(
            address -> {
              MonitoringDoor door =
                  new MonitoringDoor(
                      address,
                      new BearerToken(config.token()),
                      metrics.registry().getPrometheusRegistry(),
                      pipeline);
              door.start();
              return door;
            });
  }

  private void start() {
    try {
      server.start(address);
    } catch (RuntimeException e) {
      throw FreshetException.failed(
          "could not listen for /metrics",
          "%s: %s".formatted(address, e.getMessage()),
          "give this process another port under monitoring.listen, or the word off; two processes"
              + " on one machine cannot share one",
          e);
    }
  }

  /** Where it answers, as people type it. */
  public String url() {
    return "http://" + new ListenAddress(address.host(), server.port());
  }

  private void requireThisMachine(Context context) {
    if (!token.isNeeded() && !ListenAddress.isThisMachine(context.host())) {
      throw new ForbiddenResponse(
          "this answers on this machine, under its name or address: use http://127.0.0.1, or set"
              + " monitoring.token");
    }
  }

  private void metrics(Context context) throws IOException {
    if (!token.admits(context.header("Authorization"))) {
      context.status(401).header("WWW-Authenticate", "Bearer");
      context.result("send the token as Authorization: Bearer …\n");
      return;
    }
    if (!room.tryAcquire()) {
      context.status(503).header("Retry-After", "1").result("another scrape is under way\n");
      return;
    }
    try {
      ExpositionFormatWriter writer = formats.findWriter(context.header("Accept"));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 << 10);
      writer.write(bytes, metrics.scrape());
      context.contentType(writer.getContentType()).result(bytes.toByteArray());
    } finally {
      room.release();
    }
  }

  private void ready(Context context) {
    if (pipeline.isStarted()) {
      states(context, MonitoringDoor::isReady);
    } else {
      context.status(503).result("starting\n");
    }
  }

  private void states(Context context, Predicate<Service> well) {
    StringBuilder text = new StringBuilder();
    List<Service> services = pipeline.services();
    for (Service service : services) {
      String state = service.health().state().name().toLowerCase(Locale.ROOT);
      text.append(service.name()).append(' ').append(state);
      text.append(well.test(service) ? "\n" : " (not well)\n");
    }
    context.status(services.stream().allMatch(well) ? 200 : 503).result(text.toString());
  }

  /** Kafka Streams may rebalance, and a store may be away: starting again would not help. */
  private static boolean isAlive(Service service) {
    return service.health().state() != Health.State.FAILED;
  }

  /** A topology that rebalances, or restores its state, is running with a remark. */
  private static boolean isReady(Service service) {
    return service.health().isReady();
  }

  @Override
  public void close() {
    server.close();
  }
}

package dev.freshet.console;

import dev.freshet.console.api.Answers;
import dev.freshet.console.api.Asked;
import dev.freshet.console.api.Endpoint;
import dev.freshet.console.api.OpenApi;
import dev.freshet.console.api.Problem;
import dev.freshet.console.api.ProblemException;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.http.HttpServer;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the console answers over HTTP: its API, its pages, its streams. As many questions to the API
 * as configured are answered at once, others are told to come again; bodies are small.
 */
final class ConsoleServer implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);
  private static final int MOST_BODY_BYTES = 64 << 10;

  /**
   * Connections of browsers that keep theirs open, besides those that ask and those that follow.
   */
  private static final int SPARE = 1_000;

  private static final Duration DRAIN = Duration.ofSeconds(2);
  private static final String JSON = "application/json";

  private final ConsoleConfig config;
  private final ListenAddress address;
  private final Guard guard;
  private final List<Endpoint> endpoints;
  private final Pages pages;
  private final AutoCloseable afterwards;
  private final MeterRegistry registry;
  private final Semaphore room;
  private final Refusals refusals = new Refusals();
  private final HttpServer server;
  private volatile boolean running;
  private volatile boolean closing;

  /**
   * @param afterwards closed once nothing is under way any more
   */
  ConsoleServer(
      ConsoleConfig config,
      ListenAddress address,
      List<Endpoint> endpoints,
      Pages pages,
      AutoCloseable afterwards,
      MeterRegistry registry) {
    this.config = config;
    this.address = address;
    this.guard = new Guard(config, address);
    this.endpoints = endpoints;
    this.pages = pages;
    this.afterwards = afterwards;
    this.registry = registry;
    this.room = new Semaphore(config.concurrency());
    registry.gauge("freshet.console.room", room, Semaphore::availablePermits);
    this.server = server();
  }

  private HttpServer server() {
    return new HttpServer(
        new HttpServer.Limits(
            config.concurrency(), config.concurrency() + config.maxStreams() + SPARE, DRAIN),
        javalin -> {
          javalin.jetty.modifyServletContextHandler(
              context -> pages.streams(guard, refusals).forEach(context::addServlet));
          endpoints.forEach(
              endpoint ->
                  javalin.routes.addHttpHandler(
                      endpoint.method().equals("POST") ? HandlerType.POST : HandlerType.GET,
                      endpoint.path(),
                      context -> measured(context, endpoint)));
          javalin.routes.get(
              "/api/v1/openapi.json",
              context -> {
                guard.admit(Endpoint.Access.READ, context.host(), context.header("Authorization"));
                send(context, JSON, Answers.write(OpenApi.of(endpoints)));
              });
          pages.routes(javalin.routes, guard, this::send);
          javalin.routes.exception(ProblemException.class, (e, context) -> problem(context, e));
          javalin.routes.exception(HttpResponseException.class, this::unmatched);
          javalin.routes.exception(Exception.class, this::failed);
        });
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public void start() {
    try {
      server.start(address);
      running = true;
    } catch (RuntimeException e) {
      throw FreshetException.failed(
          "could not open the console",
          "%s: %s".formatted(address, e.getMessage()),
          "check that the port is free, or choose another one: console.listen",
          e);
    }
    LOG.info("the console is at {}", url());
  }

  /** Where it answers. */
  String url() {
    return "http://" + new ListenAddress(address.host(), server.port());
  }

  @Override
  public Health health() {
    return Health.of(
        running ? Health.State.RUNNING : closing ? Health.State.STOPPED : Health.State.STARTING);
  }

  private void measured(Context context, Endpoint endpoint)
      throws ProblemException, IOException, InterruptedException {
    long began = System.nanoTime();
    try {
      answer(context, endpoint);
    } finally {
      Timer.builder("freshet.console.requests")
          .description("How long the console took to answer")
          .tag("path", endpoint.path())
          .register(registry)
          .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    }
  }

  private void answer(Context context, Endpoint endpoint)
      throws ProblemException, IOException, InterruptedException {
    guard.admit(endpoint.access(), context.host(), context.header("Authorization"));
    if (!room.tryAcquire()) {
      throw new ProblemException(
          Problem.TOO_MANY_REQUESTS,
          "%d requests are under way already".formatted(config.concurrency()),
          "ask again in a second");
    }
    try {
      byte[] body = endpoint.body() == Void.class ? new byte[0] : body(context);
      Asked asked = Asked.of(endpoint, context.pathParamMap(), context.queryParamMap(), body);
      send(context, JSON, Answers.write(endpoint.handler().answer(asked)));
    } finally {
      room.release();
    }
  }

  private static byte[] body(Context context) throws ProblemException, IOException {
    // Not the container's reading of it, which throws for a charset it does not know.
    String type = context.header("Content-Type");
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
      throw new ProblemException(
          Problem.UNSUPPORTED_MEDIA_TYPE,
          "the body is %s".formatted(type == null ? "of no type" : type),
          "send it as application/json");
    }
    try (InputStream in = context.bodyInputStream()) {
      byte[] body = in.readNBytes(MOST_BODY_BYTES + 1);
      if (body.length > MOST_BODY_BYTES) {
        throw new ProblemException(
            Problem.BODY_TOO_LARGE, "a body has at most 64 KiB here", "send fewer tags at once");
      }
      return body;
    }
  }

  /** Sends a body with a tag of its content, or nothing when the caller has it already. */
  private void send(Context context, String type, byte[] body) {
    String tag = Etag.of(body);
    context.header("ETag", tag);
    context.header("Cache-Control", "no-cache");
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    context.contentType(type).result(body);
  }

  private void problem(Context context, ProblemException e) {
    answer(context, refusals.of(e, context.method().name(), context.path()));
  }

  private static void answer(Context context, Refusals.Refusal refusal) {
    refusal.headers().forEach(context::header);
    context.status(refusal.status()).result(refusal.body());
  }

  private void unmatched(HttpResponseException e, Context context) {
    Problem problem =
        switch (e.getStatus()) {
          case 405 -> Problem.METHOD_NOT_ALLOWED;
          case 413 -> Problem.BODY_TOO_LARGE;
          case 404 -> Problem.NOT_FOUND;
          default -> Problem.INVALID_PARAMETER;
        };
    problem(
        context,
        new ProblemException(
            problem,
            "%s %s".formatted(context.method(), context.path()),
            "GET /api/v1/openapi.json tells what there is"));
  }

  private void failed(Exception e, Context context) {
    answer(context, refusals.ofFailure(e, context.method().name(), context.path()));
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    pages.close();
    server.close();
    running = false;
    boolean interrupted = Thread.interrupted(); // Kafka would give up at once
    try {
      afterwards.close();
    } catch (Exception e) {
      LOG.warn("what the console wrote with did not close cleanly", e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.freshet.ingest.requests;

import dev.freshet.runtime.BearerToken;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.http.HttpServer;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server that takes request events. A caller gets a 2xx only for what Kafka has
 * acknowledged. As many requests as configured are under way at once, which bounds the memory;
 * others are told to come again. Closing waits for those under way.
 */
final class RequestDoor implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(RequestDoor.class);
  private static final Duration DRAIN = Duration.ofSeconds(15);

  /** Connections of callers that keep theirs open between two requests. */
  private static final int SPARE = 2_000;

  private final RequestsConfig config;
  private final ListenAddress address;
  private final EventWriter writer;
  private final MeterRegistry registry;
  private final InstantSource clock;
  private final BearerToken token;
  private final Body body;
  private final Semaphore room;
  private final HttpServer server;
  private volatile boolean closing;
  private volatile boolean running;

  RequestDoor(
      RequestsConfig config,
      ListenAddress address,
      EventWriter writer,
      MeterRegistry registry,
      InstantSource clock) {
    this.config = config;
    this.address = address;
    this.writer = writer;
    this.registry = registry;
    this.clock = clock;
    this.token = new BearerToken(config.token());
    this.body = new Body(config.maxBody(), config.maxUnpacked());
    this.room = new Semaphore(config.concurrency());
    registry.gauge("freshet.requests.room", room, Semaphore::availablePermits);
    this.server = server(List.of(new RequestsEndpoint(), new TracesEndpoint()));
  }

  private HttpServer server(List<Endpoint> endpoints) {
    return new HttpServer(
        new HttpServer.Limits(config.concurrency(), config.concurrency() + SPARE, DRAIN),
        javalin -> {
          for (Endpoint endpoint : endpoints) {
            javalin.routes.post(endpoint.path(), context -> answer(context, endpoint));
          }
          List<String> paths = endpoints.stream().map(Endpoint::path).toList();
          javalin.routes.exception(
              HttpResponseException.class, (e, context) -> answerElse(context, e, paths));
        });
  }

  @Override
  public String name() {
    return "requests";
  }

  @Override
  public void start() {
    try {
      server.start(address);
      running = true;
    } catch (RuntimeException e) {
      throw FreshetException.failed(
          "could not listen for request events",
          "%s: %s".formatted(config.listen().orElse(""), e.getMessage()),
          "check that the port is free, or choose another one: requests.listen",
          e);
    }
    LOG.info("request events are taken at {}:{}", address.host(), port());
  }

  /** The port it listens on. */
  int port() {
    return server.port();
  }

  @Override
  public Health health() {
    if (!running) {
      return Health.of(closing ? Health.State.STOPPED : Health.State.STARTING);
    }
    String problem = writer.problem();
    return problem.isEmpty()
        ? Health.of(Health.State.RUNNING)
        : new Health(Health.State.DEGRADED, problem);
  }

  private void answer(Context context, Endpoint endpoint) throws IOException {
    String contentType = mediaType(context.contentType());
    Reply reply;
    try {
      Parsed parsed = take(context, endpoint, contentType);
      count(endpoint, "accepted", parsed.events().size());
      count(endpoint, "rejected", parsed.rejectedCount());
      reply = endpoint.accepted(parsed, contentType);
    } catch (Refusal refusal) {
      count(endpoint, "refused_" + refusal.status(), 1);
      reply = endpoint.refused(refusal, contentType);
    }
    send(context, reply);
  }

  /** Another path, or another method. */
  private static void answerElse(
      Context context, HttpResponseException refused, List<String> paths) {
    String detail =
        "%s %s is not answered here; POST %s are"
            .formatted(context.method(), context.path(), String.join(" and POST ", paths));
    if (refused.getStatus() == 405) {
      context.header("Allow", "POST");
    }
    send(context, RequestsEndpoint.problem(Refusal.forGood(refused.getStatus(), detail)));
  }

  private static void send(Context context, Reply reply) {
    if (reply.status() == 401) {
      context.header("WWW-Authenticate", "Bearer");
    }
    if (reply.retryAfterSeconds() > 0) {
      context.header("Retry-After", Integer.toString(reply.retryAfterSeconds()));
    }
    context.status(reply.status()).contentType(reply.contentType()).result(reply.body());
  }

  private Parsed take(Context context, Endpoint endpoint, String contentType)
      throws Refusal, IOException {
    if (!token.admits(context.header("Authorization"))) {
      throw Refusal.forGood(401, "send the token as Authorization: Bearer …");
    }
    if (!token.isNeeded() && !ListenAddress.isThisMachine(context.host())) {
      throw Refusal.forGood(
          403,
          "this answers on this machine, under its name or address: use http://127.0.0.1, or set"
              + " requests.token");
    }
    if (!endpoint.contentTypes().contains(contentType)) {
      throw Refusal.forGood(
          415,
          "Content-Type is one of %s, found %s"
              .formatted(
                  String.join(", ", endpoint.contentTypes().stream().sorted().toList()),
                  contentType.isEmpty() ? "none" : contentType));
    }
    if (closing) {
      throw Refusal.forNow(503, "this process is stopping; another one may be there soon", 2);
    }
    if (!room.tryAcquire()) {
      throw Refusal.forNow(
          429, "%d requests are under way already".formatted(config.concurrency()), 1);
    }
    try {
      byte[] bytes = body.read(context.bodyInputStream(), context.header("Content-Encoding"));
      Parsed parsed = endpoint.parse(bytes, contentType, clock.millis());
      if (!parsed.events().isEmpty()) {
        writer.write(parsed.events());
      }
      return parsed;
    } finally {
      room.release();
    }
  }

  private void count(Endpoint endpoint, String outcome, int events) {
    Counter.builder("freshet.requests.received")
        .description("Request events accepted and rejected, and HTTP requests refused, by status")
        .tag("path", endpoint.path())
        .tag("outcome", outcome)
        .register(registry)
        .increment(events);
  }

  private static String mediaType(@Nullable String contentType) {
    if (contentType == null) {
      return "";
    }
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    server.close();
    running = false;
    writer.close();
  }
}

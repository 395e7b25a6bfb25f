package dev.freshet.console;

import dev.freshet.console.api.Api;
import dev.freshet.console.api.Endpoint;
import dev.freshet.console.api.Setup;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.config.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A console that is open on a free port, over a model that was told things. */
final class Opened implements AutoCloseable {

  static final String TOKEN = "a token of more than sixteen";
  static final String ADMIN_TOKEN = "another token of more than sixteen";

  final Told told = Told.everything();
  final List<Set<String>> cleared = new ArrayList<>();
  final HttpClient client = HttpClient.newHttpClient();
  final Api api;
  private final ConsoleServer server;

  Opened(ConsoleConfig config) {
    InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(Told.NOW));
    Setup setup =
        new Setup(
            Map.of("public.orders", List.of("order:{id}")),
            Map.of("totals", "select 1"),
            List.of(new Setup.Objective("latency", "latency", 500.0, 0.95, null, null)),
            List.of("1m", "5m"),
            Map.of("redis.memory_used_ratio", new Setup.Limits(0.85, 0.95)),
            250,
            30_000);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    api =
        new Api(
            told.model,
            (tags, xid, now) -> {
              cleared.add(tags);
              return "0:4711";
            },
            () -> Health.of(Health.State.RUNNING),
            setup,
            config.concurrency(),
            clock);
    server =
        new ConsoleServer(
            config,
            new ListenAddress("127.0.0.1", 0),
            api.endpoints(),
            new ConsolePages(config, api, told.model, setup, registry, clock),
            () -> {},
            registry);
    server.start();
  }

  static Opened toThisMachine() {
    return new Opened(ConsoleConfig.at(Optional.of("127.0.0.1:0")));
  }

  static Opened withTokens() {
    return new Opened(
        new ConsoleConfig(
            Optional.of("127.0.0.1:0"),
            Optional.of(new Secret(TOKEN)),
            Optional.of(new Secret(ADMIN_TOKEN)),
            Duration.ofMillis(250),
            64,
            2));
  }

  String url() {
    return server.url();
  }

  List<Endpoint> endpoints() {
    return api.endpoints();
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url() + path)), headers);
  }

  HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json"),
        headers);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
      throws IOException, InterruptedException {
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(
        request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    server.close();
  }
}

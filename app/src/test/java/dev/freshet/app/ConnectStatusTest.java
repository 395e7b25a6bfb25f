package dev.freshet.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code freshet connect} believes of a worker that still tells how it was before. */
class ConnectStatusTest {

  @TempDir Path folder;
  private final List<String> asked = new ArrayList<>();
  private final List<String> states = new ArrayList<>();
  private HttpServer worker;

  @BeforeEach
  void start() throws IOException {
    worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    worker.createContext("/", this::answer);
    worker.start();
    Files.writeString(
        folder.resolve("freshet.yaml"),
        """
        namespace: shop
        postgres: postgres://freshet@db/shop
        kafka: kafka:9092
        redis: redis://cache:6379
        ingest: { connect: { url: "http://127.0.0.1:%d" } }
        invalidate: { public.products: ["product:{id}"] }
        """
            .formatted(worker.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    worker.stop(0);
  }

  /** The states of the task, one for each time it is asked for; the last one stays. */
  private synchronized void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    asked.add(exchange.getRequestMethod());
    String state = states.size() > 1 ? states.remove(0) : states.get(0);
    if (exchange.getRequestMethod().equals("POST")) {
      states.add(0, state);
    }
    byte[] body =
        """
        {"name":"shop","connector":{"state":"RUNNING","worker_id":"w:1"},
         "tasks":[{"id":0,"state":"%s","worker_id":"w:1","trace":"Caused by: a: %s"}]}"""
            .formatted(state, state)
            .getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Typed restart(String... options) {
    List<String> words = new ArrayList<>(List.of("connect", "restart"));
    words.addAll(List.of(options));
    words.addAll(List.of("-c", folder.resolve("freshet.yaml").toString()));
    return Typed.freshet(words.toArray(String[]::new));
  }

  @Test
  void aTaskThatRanBeforeHasToBeSeenToEnd() {
    states.addAll(List.of("RUNNING", "RUNNING", "RUNNING", "RESTARTING", "RUNNING"));
    Typed typed = restart();
    assertThat(typed.code()).as(typed.err()).isZero();
    assertThat(asked).as("asked until it had ended and ran again").hasSize(1 + 1 + 4);
  }

  @Test
  void ifNothingHadFailedNothingBeginsAnew() {
    states.add("RUNNING");
    assertThat(restart("--failed").code()).isZero();
    assertThat(asked).hasSize(3);
  }
}

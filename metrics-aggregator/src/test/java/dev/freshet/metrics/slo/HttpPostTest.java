package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HttpPostTest {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final byte[] BODY = "{\"state\":\"firing\"}".getBytes(StandardCharsets.UTF_8);

  @Test
  void postsToTheAddressThatWasCheckedAndFollowsNoRedirect() throws IOException {
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpServer server = HttpServer.create(new InetSocketAddress(HERE, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          seen.add(
              "%s %s %s %s"
                  .formatted(
                      exchange.getRequestURI(),
                      exchange.getRequestHeaders().getFirst("Host"),
                      exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                      new String(
                          exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().equals("/moved") ? 302 : 204, -1);
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();
      AtomicInteger lookups = new AtomicInteger();
      HttpPost post =
          new HttpPost(
              new AddressGuard(
                  Set.of("hooks.invalid"),
                  host -> {
                    lookups.incrementAndGet();
                    return new InetAddress[] {HERE};
                  }),
              Duration.ofSeconds(10));
      URI ok = URI.create("http://hooks.invalid:" + port + "/a/b?c=d");
      assertThat(post.send(ok, Map.of("Idempotency-Key", "alerts-0-1"), BODY)).isEqualTo(204);
      assertThat(seen)
          .containsExactly("/a/b?c=d hooks.invalid:" + port + " alerts-0-1 {\"state\":\"firing\"}");
      assertThat(lookups).hasValue(1);
      assertThat(post.send(ok.resolve("/moved"), Map.of(), BODY)).isEqualTo(302);
      assertThat(seen).hasSize(2);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aNameThatTurnsPrivateIsRefusedBeforeAnythingIsConnected() {
    HttpPost post =
        new HttpPost(
            new AddressGuard(Set.of(), host -> new InetAddress[] {HERE}), Duration.ofSeconds(1));
    assertThatThrownBy(() -> post.send(URI.create("https://hooks.invalid/"), Map.of(), BODY))
        .isInstanceOf(UnknownHostException.class);
  }

  @Test
  void whoeverNeverAnswersIsLeft() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, HERE)) {
      HttpPost post = new HttpPost(new AddressGuard(Set.of("127.0.0.1")), Duration.ofMillis(100));
      assertThatThrownBy(
              () ->
                  post.send(
                      URI.create("http://127.0.0.1:" + silent.getLocalPort()), Map.of(), BODY))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }
}

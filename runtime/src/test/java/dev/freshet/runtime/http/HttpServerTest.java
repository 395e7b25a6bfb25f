package dev.freshet.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.runtime.ListenAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every door of Freshet. */
class HttpServerTest {

  private static final int CONNECTIONS = 2;

  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final HttpServer server =
      new HttpServer(
          new HttpServer.Limits(4, CONNECTIONS, Duration.ofSeconds(20)),
          javalin -> {
            javalin.routes.get("/hello", context -> context.result("hello"));
            javalin.routes.get(
                "/slow",
                context -> {
                  arrived.countDown();
                  context.result(go.await(20, TimeUnit.SECONDS) ? "done" : "late");
                });
          });

  @BeforeEach
  void start() {
    server.start(new ListenAddress("127.0.0.1", 0));
  }

  @AfterEach
  void close() {
    go.countDown();
    server.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void everyAnswerKeepsBrowsersFromUsingItElsewhereAndTellsNoVersion() throws Exception {
    HttpResponse<String> answer = send(request("/hello"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().map())
        .containsKeys("x-content-type-options", "content-security-policy", "x-frame-options")
        .doesNotContainKey("server");
    assertThat(send(request("/hello").DELETE()).statusCode()).isEqualTo(405);
  }

  @Test
  void headersAreBoundedAndWhatTheServerItselfRefusesIsAStatusAlone() throws Exception {
    HttpResponse<String> answer = send(request("/hello").header("X-Long", "x".repeat(9000)));
    assertThat(answer.statusCode()).isEqualTo(431);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Request Header Fields Too Large\",\"status\":431}");
  }

  @Test
  void connectionsAreBoundedAndTheNextOneHasItsTurnLater() throws Exception {
    try (Socket first = open();
        Socket second = open()) {
      assertThat(hello(first)).contains("200");
      assertThat(hello(second)).contains("200");
      try (Socket third = open()) {
        third.setSoTimeout(300);
        assertThatThrownBy(() -> hello(third)).isInstanceOf(SocketTimeoutException.class);
        first.shutdownOutput();
        third.setSoTimeout(20_000);
        assertThat(answer(third)).contains("200");
      }
    }
  }

  private Socket open() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static String hello(Socket socket) throws IOException {
    String request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return answer(socket);
  }

  private static String answer(Socket socket) throws IOException {
    return String.valueOf(
        new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
            .readLine());
  }

  @Test
  void closingWaitsForWhatIsUnderWay() throws Exception {
    CompletableFuture<HttpResponse<String>> slow =
        client.sendAsync(request("/slow").build(), HttpResponse.BodyHandlers.ofString());
    assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
    Thread closing = new Thread(server::close);
    closing.start();
    go.countDown();
    assertThat(slow.get(20, TimeUnit.SECONDS).body()).isEqualTo("done");
    closing.join(20_000);
    assertThat(closing.isAlive()).isFalse();
  }
}

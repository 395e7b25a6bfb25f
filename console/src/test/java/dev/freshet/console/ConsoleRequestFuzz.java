package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.console.api.Endpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Random requests, past every client that would put them right: never a 500, never a secret, never
 * a stack trace. {@code -Dfuzz.seed} replays.
 */
class ConsoleRequestFuzz {

  private static final int REQUESTS = Integer.getInteger("fuzz.requests", 400);
  private static final List<String> BITS =
      List.of(
          "..",
          "%00",
          "%2e",
          "%2f",
          "<",
          "'",
          "{name}",
          "range",
          "lsn",
          "key",
          "order",
          "after",
          "position",
          "limit",
          "wait",
          "=",
          "=0/1",
          "=1:1",
          "=oldest",
          "&",
          ";",
          "9999999999",
          "-1",
          "%ff",
          "🦆",
          "a".repeat(600));
  private static final List<String> METHODS =
      List.of("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH");
  private static final List<String> BODIES =
      List.of(
          "",
          "{",
          "[]",
          "null",
          "{\"action\":\"clear_cache\"}",
          "{\"action\":\"clear_cache\",\"tags\":{}}",
          "{\"action\":\"clear_cache\",\"tags\":[\"a\",7,null]}",
          "{\"action\":[],\"tags\":[\"\"]}",
          "[".repeat(5000),
          "\"" + "x".repeat(70_000) + "\"");
  private static final List<String> HEADERS =
      List.of(
          "If-None-Match: \"",
          "Last-Event-ID: a.b.99999999999999999999",
          "Accept-Encoding: gzip;q=no",
          "Content-Encoding: gzip",
          "Content-Type: application/json;charset=klingon",
          "Content-Type: text/plain",
          "X: " + "y".repeat(9000),
          "Range: bytes=-5",
          "Expect: 100-continue",
          "Transfer-Encoding: chunked, gzip");

  @Test
  void nothingThatCanBeAskedBreaksItOrTellsASecret() throws Exception {
    long seed = Long.getLong("fuzz.seed", 20_261_123);
    SplittableRandom random = new SplittableRandom(seed);
    try (Opened open = Opened.withTokens()) {
      List<String> paths =
          Stream.concat(
                  open.endpoints().stream().map(Endpoint::path),
                  Stream.of("/", "/assets/x", "/live2", "/api/v1/openapi.json"))
              .toList();
      for (int i = 0; i < REQUESTS; i++) {
        String request = request(random, paths);
        String answer = raw(URI.create(open.url()), request);
        assertThat(answer)
            .as("-Dfuzz.seed=%d: %s", seed, request)
            .doesNotStartWith("HTTP/1.1 500")
            .doesNotContain(Opened.TOKEN, Opened.ADMIN_TOKEN, "at dev.freshet", "at org.eclipse");
      }
    }
  }

  private static <T> T one(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String request(SplittableRandom random, List<String> paths) {
    StringBuilder path = new StringBuilder(one(random, paths).replace("{name}", "totals"));
    if (random.nextInt(5) > 0) {
      path.append(random.nextInt(3) > 0 ? "?" : "/");
      for (int j = random.nextInt(6); j >= 0; j--) {
        path.append(one(random, BITS));
      }
    }
    String body = one(random, BODIES);
    StringBuilder request =
        new StringBuilder(
            "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                .formatted(one(random, METHODS), path));
    if (random.nextInt(8) > 0) {
      request.append("Authorization: Bearer ").append(Opened.ADMIN_TOKEN).append("\r\n");
    }
    if (random.nextBoolean()) {
      request.append("Content-Type: application/json\r\n");
    }
    if (random.nextInt(3) == 0) {
      request.append(one(random, HEADERS)).append("\r\n");
    }
    return request
        .append("Content-Length: ")
        .append(body.length())
        .append("\r\n\r\n")
        .append(body)
        .toString();
  }

  private static String raw(URI at, String request) throws IOException {
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(request.getBytes(StandardCharsets.UTF_8));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (SocketException refusedBeforeAllWasSent) {
        return "";
      }
    }
  }
}

package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.console.api.Endpoint;
import dev.freshet.console.api.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API, the page and the stream through the door people use. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleServerTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_PAGE_BYTES = 60 << 10;

  private Opened open = Opened.toThisMachine();
  private Opened locked = Opened.withTokens();

  @BeforeAll
  void isUp() {
    assertThat(open.url()).startsWith("http://127.0.0.1:");
  }

  @AfterAll
  void close() {
    open.close();
    locked.close();
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = open.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  @Test
  void theStatusTellsHowLongChangesTake() throws Exception {
    JsonNode status = json("/api/v1/status");
    assertThat(status.path("state").asText()).isEqualTo("ok");
    assertThat(status.path("commit_to_delete").path("count").asLong()).isEqualTo(200);
    assertThat(status.path("commit_to_delete").path("max_ms").asDouble()).isEqualTo(10);
    assertThat(status.path("commit_to_delete").path("p50_ms").asDouble()).isBetween(6.95, 7.05);
    assertThat(status.path("reached_lsn").asText()).isEqualTo("0/2000");
    JsonNode stages = status.path("stages");
    assertThat(stages.path(0).path("lag").path("p50_ms").asDouble()).isBetween(1.98, 2.02);
    assertThat(stages.path(1).path("slowest").asBoolean()).isTrue();
    assertThat(stages.path(1).path("records_behind").asLong()).isZero();
  }

  @Test
  void theWorstRoutesComeFirst() throws Exception {
    JsonNode routes = json("/api/v1/latency").path("routes");
    assertThat(routes.path(0).path("route").asText()).isEqualTo("/orders/{id}");
    assertThat(routes).hasSize(2);
    assertThat(json("/api/v1/latency?route=script&limit=1").path("matched").asInt()).isEqualTo(1);
  }

  @Test
  void historyLeavesGapsAndMergesCounts() throws Exception {
    JsonNode history = json("/api/v1/latency/history?service=shop&route=/orders/%7Bid%7D&range=1h");
    assertThat(history.path("points")).hasSize(1);
    assertThat(history.path("points").path(0).path("p95_ms").asDouble()).isBetween(119.3, 120.7);
    JsonNode columns = json("/api/v1/freshness/heatmap?range=15m").path("columns");
    long sum = 0;
    for (JsonNode column : columns) {
      for (JsonNode count : column.path("counts")) {
        sum += count.asLong();
      }
    }
    assertThat(sum).isEqualTo(200);
  }

  @Test
  void aKeyAndATagTellTheRowBehindThem() throws Exception {
    JsonNode key = json("/api/v1/why?key=order:42");
    assertThat(key.path("table").asText()).isEqualTo("public.orders");
    assertThat(key.path("row").asText()).isEqualTo("{\"id\":42}");
    assertThat(key.path("ms_after_commit").asDouble()).isEqualTo(4);
    assertThat(key.path("tags")).extracting(JsonNode::asText).contains("org:2", "order:42");
    assertThat(json("/api/v1/why?tag=org:2").path("lsn").asText()).isEqualTo("0/10C5");
    assertThat(open.get("/api/v1/why?key=nobody").body()).contains("cause-not-found", "by tag");
  }

  @Test
  void rowsOfAViewComeInPagesWithTheirPosition() throws Exception {
    JsonNode first = json("/api/v1/views/totals/rows?limit=2");
    assertThat(first.path("rows")).hasSize(2);
    assertThat(first.path("as_of_lsn").asText()).isEqualTo("0/2000");
    String next = java.net.URLEncoder.encode(first.path("next").asText(), StandardCharsets.UTF_8);
    JsonNode second = json("/api/v1/views/totals/rows?limit=2&after=" + next);
    assertThat(second.path("rows").path(0).path("row").path("total").asText()).isEqualTo("30.50");
    assertThat(second.path("next").isNull()).isTrue();
    assertThat(open.get("/api/v1/views/total").body()).contains("did you mean totals?");
  }

  @Test
  void theSystemIsAsWellAsItsWorstPart() throws Exception {
    JsonNode health = json("/api/v1/health");
    assertThat(health.path("level").asText()).isEqualTo("warn");
    assertThat(health.path("parts")).hasSize(3);
    JsonNode kafka = health.path("parts").path(2); // silent for a minute
    assertThat(kafka.path("component").asText()).isEqualTo("kafka");
    assertThat(kafka.path("outdated").asBoolean()).isTrue();
    JsonNode memory = health.path("parts").path(0).path("gauges").path(0); // the worst comes first
    assertThat(memory.path("level").asText()).isEqualTo("warn");
    assertThat(memory.path("warn").asDouble()).isEqualTo(0.85);
    assertThat(memory.path("meaning").asText()).contains("maxmemory");
    assertThat(open.get("/").body())
        .contains("WAL kept for the slot", "2.0<small> MiB</small>", "40.0<small> min</small> to")
        .contains("<h3>Redis<span class=\"word slow\">warn</span>", "<h3>Kafka")
        .contains("90.0<small> %</small><span class=limit> / 85.0<small> %</small>");
  }

  @Test
  void whoeverAsksForAnLsnIsToldWhetherItIsThere() throws Exception {
    assertThat(json("/api/v1/fresh?lsn=0/2000").path("fresh").asBoolean()).isTrue();
    assertThat(json("/api/v1/fresh?lsn=0/2001&wait=50ms").path("fresh").asBoolean()).isFalse();
    assertThat(open.get("/api/v1/fresh?lsn=soon").statusCode()).isEqualTo(400);
    try (Opened ahead = Opened.toThisMachine()) {
      ahead.told.heartbeat(0x3000, Told.NOW).viewStands("0/3000", 3);
      String asked = "/api/v1/fresh?lsn=0/3000";
      assertThat(ahead.get(asked).body())
          .as("the view's topic is there, its table not yet")
          .contains("\"fresh\":false");
      ahead.told.tableStands("0/3000");
      assertThat(ahead.get(asked).body()).contains("\"fresh\":true");
    }
  }

  @Test
  void stretchesOfMoreThanAnHourAreMadeOfMinutes() throws Exception {
    assertThat(json("/api/v1/freshness?range=1h").path("step_ms").asLong()).isEqualTo(15_000);
    assertThat(json("/api/v1/freshness?range=61m").path("step_ms").asLong()).isEqualTo(60_000);
  }

  @Test
  void whoWaitsLeavesRoomForTheOthers() throws Exception {
    ConsoleConfig two =
        new ConsoleConfig(
            Optional.of("127.0.0.1:0"),
            Optional.empty(),
            Optional.empty(),
            Duration.ofMillis(250),
            2,
            2);
    try (Opened small = new Opened(two)) {
      HttpRequest longWait =
          HttpRequest.newBuilder(URI.create(small.url() + "/api/v1/fresh?lsn=0/FFFF&wait=3s"))
              .build();
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      String other = "/api/monitoring/performance?position=0:99999&wait=1ms";
      Browser.await(
          "the place is taken",
          () -> {
            if (waiting.stream().allMatch(CompletableFuture::isDone)) { // the other was first
              waiting.add(small.client.sendAsync(longWait, HttpResponse.BodyHandlers.ofString()));
            }
            return status(small, other) == 429;
          });
      assertThat(status(small, "/api/v1/fresh?lsn=0/FFFF")).isEqualTo(200);
      assertThat(waiting.get(waiting.size() - 1).join().body()).contains("\"fresh\":false");
    }
  }

  private static int status(Opened of, String path) {
    try {
      return of.get(path).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(path, e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/latency?rout=x, 400, did you mean route?",
    "/api/v1/latency?limit=1001, 400, 0 to 1000",
    "/api/v1/latency?limit=1&limit=2, 400, more than once",
    "/api/v1/latency?window=7m, 400, '1m, 5m'",
    "/api/v1/freshness?range=25h, 400, at most 86400 s",
    "/api/v1/freshness?range=soon, 400, 500ms",
    "/api/v1/nothing, 404, openapi",
    "/assets/../Model.class, 404, ''",
    "/api/v1/why, 400, neither",
  })
  void whatIsAskedWrongIsExplained(String path, int status, String says) throws Exception {
    HttpResponse<String> answer = open.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).contains(says, "urn:freshet:problem:", "requestId");
  }

  @Test
  void whatIsKnownIsNotSentAgain() throws Exception {
    String tag = open.get("/api/v1/views").headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> again = open.get("/api/v1/views", "If-None-Match", tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void anotherSiteCannotReadThroughABrowserOfThisMachine() throws Exception {
    URI at = URI.create(open.url());
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 403").contains("foreign-host");
    }
  }

  @Test
  void tokensOpenWhatTheyAreFor() throws Exception {
    String reader = "Bearer " + Opened.TOKEN;
    String admin = "Bearer " + Opened.ADMIN_TOKEN;
    String order = "{\"action\":\"clear_cache\",\"tags\":[\"org:7\"]}";
    assertThat(locked.get("/api/v1/status").statusCode()).isEqualTo(401);
    assertThat(locked.get("/live").statusCode()).isEqualTo(401);
    assertThat(locked.get("/").body()).contains("data-state=\"locked\"").doesNotContain("order:");
    assertThat(locked.get("/api/v1/status", "Authorization", reader).statusCode()).isEqualTo(200);
    assertThat(locked.get("/", "Authorization", reader).body()).contains("org:");
    String path = "/api/monitoring/performance";
    assertThat(locked.post(path, order, "Authorization", reader).statusCode()).isEqualTo(401);
    assertThat(locked.cleared).isEmpty();
    assertThat(locked.post(path, order, "Authorization", admin).body()).contains("0:4711");
    assertThat(locked.cleared).containsExactly(Set.of("org:7"));
    assertThat(open.post(path, order).body()).contains("writing-is-off");
    for (String wrong :
        List.of("", "[]", "{\"action\":\"drop\"}", "{\"action\":\"clear_cache\",\"tags\":[]}")) {
      assertThat(locked.post(path, wrong, "Authorization", admin).body()).contains("invalid-body");
    }
    String everything = "{\"action\":\"clear_cache\"}";
    assertThat(locked.post(path, everything, "Authorization", admin).body()).contains("0:4711");
    assertThat(locked.cleared).containsExactly(Set.of("org:7"), Set.of());
  }

  @Test
  void thePageSaysEverythingWithoutAProgram() throws Exception {
    HttpResponse<String> page = open.get("/?why=order:42&series=requests");
    assertThat(page.body())
        .contains("Is it fresh?", "were applied within", "/orders/{id}", "firing", "totals")
        .contains("public.orders <code>{&quot;id&quot;:42}</code>", "<svg class=lines")
        .contains("&lt;script&gt;alert(1)")
        .doesNotContain("<script>alert");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(page.body()).doesNotContainPattern("\\sstyle=|\\son[a-z]+=");
    assertThat(open.get("/settings/performance").statusCode()).isEqualTo(200);
  }

  @Test
  void thePageWeighsLittle() throws Exception {
    int bytes = gzipped(open.get("/").body().getBytes(StandardCharsets.UTF_8));
    for (String name :
        List.of("console.css", "console.js", "heatmap.js", "uplot.js", "uplot.css", "icon.svg")) {
      bytes += gzipped(open.get("/assets/" + name).body().getBytes(StandardCharsets.UTF_8));
    }
    assertThat(bytes).isLessThan(MOST_PAGE_BYTES);
  }

  private static int gzipped(byte[] raw) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(raw);
    }
    return packed.size();
  }

  @Test
  void theDocumentSaysWhatTheServerAnswers() throws Exception {
    JsonNode document = json("/api/v1/openapi.json");
    for (Endpoint endpoint : open.endpoints()) {
      JsonNode operation =
          document
              .path("paths")
              .path(endpoint.path())
              .path(endpoint.method().toLowerCase(java.util.Locale.ROOT));
      assertThat(operation.isMissingNode()).as(endpoint.path()).isFalse();
      if (endpoint.method().equals("GET")) {
        String path = endpoint.path().replace("{name}", "totals");
        if (path.endsWith("/why")) {
          path += "?tag=org:1";
        } else if (path.endsWith("/fresh")) {
          path += "?lsn=0/1";
        } else if (path.endsWith("/performance")) {
          path += "?position=0:1";
        }
        JsonNode schema =
            operation
                .path("responses")
                .path("200")
                .path("content")
                .path("application/json")
                .path("schema");
        assertThat(Conforming.problems(document, schema, json(path), path)).isEmpty();
      }
    }
  }

  @Test
  void everyProblemHasItsSection() throws Exception {
    String page = Files.readString(Path.of("../docs/reference/problems.md"));
    Set<String> sections =
        page.lines()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .collect(Collectors.toSet());
    assertThat(sections)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Problem.values()).map(Problem::slug).toList());
  }
}

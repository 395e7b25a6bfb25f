package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The streams of the API and of the page through the door people use. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Opened open = Opened.toThisMachine();
  private final Opened locked = Opened.withTokens();

  @AfterAll
  void close() {
    open.close();
    locked.close();
  }

  @Test
  void aStreamGoesOnWhereItStopped() throws Exception {
    String first = read("/api/v1/stream", "", "event: status");
    assertThat(first).contains("event: invalidation", "\"table\":\"public.orders\"");
    String id = first.lines().filter(line -> line.startsWith("id: ")).findFirst().orElseThrow();
    String last = id.substring(4).replaceFirst("\\.[0-9]+$", ".199");
    String rest = read("/api/v1/stream", last, "event: status");
    assertThat(rest.lines().filter("event: invalidation"::equals)).hasSize(1);
    assertThat(read("/live", "", "event: tick")).contains("\"id\":\"tiles\"", "\"id\":\"feed\"");
  }

  @Test
  void aStreamThatCannotBeOpenedTakesNoRoom() throws Exception {
    String reader = "Bearer " + Opened.TOKEN;
    for (int i = 0; i < 5; i++) { // more than there is room for
      HttpResponse<String> refused = locked.get("/live?x=%ff", "Authorization", reader);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("invalid-parameter").doesNotContain("\"stream\"");
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(locked.url() + "/live"))
            .header("Authorization", reader)
            .build();
    HttpResponse<InputStream> opened =
        locked.client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream stream = opened.body()) {
      assertThat(opened.statusCode()).isEqualTo(200);
      assertThat(stream.read()).isPositive();
      assertThat(opened.headers().map()).containsKeys("x-content-type-options");
    }
    assertThat(locked.get("/live").headers().map()).containsKey("www-authenticate");
  }

  /** What a stream says until these words and the end of their message. */
  private String read(String path, String lastId, String until) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(open.url() + path));
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    HttpResponse<InputStream> answer =
        open.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).contains("event-stream");
    StringBuilder text = new StringBuilder();
    byte[] piece = new byte[8192];
    try (InputStream in = answer.body()) {
      while (text.indexOf(until) < 0 || text.indexOf("\n\n", text.indexOf(until)) < 0) {
        int read = in.read(piece);
        assertThat(read).as(text.toString()).isPositive();
        text.append(new String(piece, 0, read, StandardCharsets.UTF_8));
      }
    }
    return text.toString();
  }

  @Test
  void theDocumentSaysWhatAStreamTells() throws Exception {
    JsonNode document = JSON.readTree(open.get("/api/v1/openapi.json").body());
    JsonNode kinds =
        document
            .at("/paths/~1api~1v1~1stream/get/responses/200/content")
            .path("text/event-stream")
            .path("schema")
            .path("oneOf");
    List<String> lines = read("/api/v1/stream", "", "event: status\n").lines().toList();
    int told = 0;
    for (int i = 0; i + 1 < lines.size(); i++) {
      if (lines.get(i).startsWith("event: ")) {
        String event = lines.get(i).substring(7);
        JsonNode schema = kinds.path(List.of("status", "invalidation", "more").indexOf(event));
        assertThat(schema.isMissingNode()).as(event).isFalse();
        JsonNode data = JSON.readTree(lines.get(i + 1).substring("data: ".length()));
        assertThat(Conforming.problems(document, schema, data, event)).isEmpty();
        told++;
      }
    }
    assertThat(told).isGreaterThan(100);
    ObjectNode wrong = JSON.createObjectNode().put("state", 1);
    assertThat(Conforming.problems(document, kinds.path(0), wrong, "status")).isNotEmpty();
  }
}

package dev.freshet.ingest.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.InvalidValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker may answer, and what becomes of it. */
class ConnectClusterTest {

  private record Scripted(int status, String body) {}

  private final Deque<Scripted> script = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private HttpServer worker;
  private ConnectCluster cluster;

  @BeforeEach
  void start() throws IOException {
    worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    worker.createContext("/", this::answer);
    worker.start();
    cluster = config("http://127.0.0.1:" + worker.getAddress().getPort() + "/").cluster();
  }

  @AfterEach
  void stop() {
    worker.stop(0);
  }

  private static ConnectConfig config(String url) {
    return new ConnectConfig(url, Optional.empty(), "env:PG_PASSWORD", Optional.empty());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
    Scripted next = script.remove();
    byte[] bytes = next.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(next.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void aRebalanceIsWaitedFor() {
    script.add(new Scripted(409, "{\"error_code\":409,\"message\":\"worker rebalance\"}"));
    script.add(new Scripted(503, "{\"error_code\":503,\"message\":\"still starting\"}"));
    script.add(new Scripted(204, ""));
    cluster.restart("shop", true);
    assertThat(asked)
        .hasSize(3)
        .allMatch(
            request ->
                request.equals("POST /connectors/shop/restart?includeTasks=true&onlyFailed=true "));
  }

  /** Its door is open before there is anything behind it. */
  @Test
  void aWorkerThatHasJustStartedIsAskedAgain() {
    script.add(new Scripted(404, "<html>Error 404 Not Found</html>"));
    script.add(new Scripted(404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}"));
    script.add(new Scripted(200, "{\"configs\":[]}"));
    assertThat(cluster.problems(Map.of("connector.class", "a.B"))).isEmpty();
    assertThat(asked)
        .hasSize(3)
        .allMatch(request -> request.startsWith("PUT /connector-plugins/B"));
  }

  @Test
  void whatNeverKnowsConnectsPathsIsNoWorker() {
    script.add(new Scripted(404, "nothing here"));
    ConnectHttp impatient =
        new ConnectHttp(cluster.url(), Optional.empty(), Duration.ofSeconds(-1));
    assertThatThrownBy(() -> new ConnectCluster(impatient).status("shop"))
        .hasMessageContaining("not a Kafka Connect worker")
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.detail()).contains("404 for /connectors/shop/status"));
  }

  @Test
  void aConnectorThatIsThereAlreadyIsNoRebalance() {
    script.add(new Scripted(409, "{\"message\":\"Connector shop already exists\"}"));
    assertThatThrownBy(() -> cluster.create("shop", Map.of("a", "b"), true))
        .isInstanceOfSatisfying(
            FreshetException.class, e -> assertThat(e.detail()).contains("already exists"));
    assertThat(asked)
        .containsExactly(
            "POST /connectors {\"name\":\"shop\",\"config\":{\"a\":\"b\"},\"initial_state\":\"STOPPED\"}");
  }

  @Test
  void aRunningConnectorWithAFailedTaskHasFailedAndTellsTheLastCause() {
    script.add(
        new Scripted(
            200,
            """
            {"name":"shop","connector":{"state":"RUNNING","worker_id":"w:1"},
             "tasks":[{"id":0,"state":"FAILED","worker_id":"w:1",
              "trace":"org.apache.Outer: away\\n\\tat x\\nCaused by: a: b\\n\\tat y\\nCaused by: c: no slot\\n\\tat z"}]}"""));
    ConnectorStatus status = cluster.status("shop").orElseThrow();
    assertThat(status.failed()).isTrue();
    assertThat(status.captures()).isFalse();
    assertThat(status.inWords()).isEqualTo("connector RUNNING, task 0 FAILED");
    assertThat(status.reason()).isEqualTo("c: no slot");
  }

  @Test
  void aConnectorWithoutTasksDoesNotCapture() {
    script.add(
        new Scripted(200, "{\"name\":\"s\",\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[]}"));
    assertThat(cluster.status("s").orElseThrow().captures()).isFalse();
    script.add(new Scripted(404, "{\"error_code\":404,\"message\":\"No status found\"}"));
    assertThat(cluster.status("s")).isEmpty();
  }

  @Test
  void problemsOfAConfigAreToldByField() {
    script.add(
        new Scripted(
            200,
            """
            {"error_count":1,"configs":[
             {"value":{"name":"slot.name","errors":[]}},
             {"value":{"name":"database.hostname","errors":["Unable to connect"]}}]}"""));
    assertThat(
            cluster.problems(
                Map.of("connector.class", "io.debezium.connector.postgresql.PostgresConnector")))
        .containsExactly("database.hostname: Unable to connect");
    assertThat(asked.get(0))
        .startsWith("PUT /connector-plugins/PostgresConnector/config/validate ");
  }

  @Test
  void whatIsNoWorkerIsNamedByItsAddress() {
    script.add(new Scripted(200, "<html>hello</html>"));
    assertThatThrownBy(() -> cluster.version())
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FreshetException.Kind.UNFIT);
              assertThat(e.detail()).contains(cluster.url(), "<html>");
            });
    script.add(new Scripted(401, ""));
    assertThatThrownBy(() -> cluster.version()).hasMessageContaining("credentials");
    worker.stop(0);
    assertThatThrownBy(() -> cluster.version())
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.kind()).isEqualTo(FreshetException.Kind.UNREACHABLE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"connect:8083", "ftp://connect", "http://", "http://a b"})
  void anAddressThatIsNoneIsRefused(String url) {
    assertThatThrownBy(() -> config(url)).isInstanceOf(InvalidValue.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2", "", "${env:PG_PASSWORD}", "env:"})
  void aPasswordInPlaceOfAReferenceIsRefused(String from) {
    assertThatThrownBy(
            () -> new ConnectConfig("http://c:1", Optional.empty(), from, Optional.empty()))
        .isInstanceOf(InvalidValue.class);
  }
}

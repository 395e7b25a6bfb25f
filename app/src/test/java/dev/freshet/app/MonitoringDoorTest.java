package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.app.monitor.Metrics;
import dev.freshet.app.monitor.MonitoringDoor;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import dev.freshet.runtime.health.Threshold;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitoringDoorTest {

  private static final String TOKEN = "a token of more than sixteen";

  private final Metrics metrics = new Metrics();
  private final Pipeline pipeline = new Pipeline();
  private final MonitoringDoor door =
      MonitoringDoor.open(config("127.0.0.1:0", Optional.of(new Secret(TOKEN))), metrics, pipeline)
          .orElseThrow();

  private static MonitoringConfig config(String listen, Optional<Secret> token) {
    return new MonitoringConfig(
        listen, token, Duration.ofSeconds(10), true, Map.of(), Optional.empty());
  }

  @AfterEach
  void close() {
    door.close();
    metrics.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(door.url() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void metricsNeedTheTokenAndAreInTheFormatThatWasAskedFor() throws Exception {
    metrics.registry().counter("freshet.some.thing", "why", "a \"quoted\" one\n").increment(3);
    assertThat(get("/metrics").statusCode()).isEqualTo(401);
    assertThat(get("/metrics", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    HttpResponse<String> text = get("/metrics", "Authorization", "Bearer " + TOKEN);
    assertThat(text.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    PrometheusText read = new PrometheusText(text.body());
    assertThat(read.value("freshet_some_thing_total{why=\"a \\\"quoted\\\" one\\n\"}"))
        .isEqualTo(3.0);
    assertThat(read.types())
        .containsEntry("jvm_memory_used_bytes", "gauge")
        .containsEntry("process_cpu_usage", "gauge");
    String protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    HttpResponse<String> binary =
        get("/metrics", "Authorization", "Bearer " + TOKEN, "Accept", protobuf);
    assertThat(binary.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/vnd.google.protobuf");
  }

  @Test
  void withoutATokenAnotherSiteCannotReadThroughABrowserOfThisMachine() throws Exception {
    try (MonitoringDoor plain =
        MonitoringDoor.open(config("127.0.0.1:0", Optional.empty()), metrics, pipeline)
            .orElseThrow()) {
      for (String path : List.of("/metrics", "/livez")) {
        assertThat(statusLine(plain, path, "evil.example")).contains(" 403 ");
        assertThat(statusLine(plain, path, "localhost")).contains(" 200 ");
      }
    }
  }

  private static String statusLine(MonitoringDoor of, String path, String host) throws Exception {
    URI at = URI.create(of.url());
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      String request = "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
      socket
          .getOutputStream()
          .write(request.formatted(path, host).getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.lines().findFirst().orElse("");
    }
  }

  @Test
  void itLivesBeforeItIsReady() throws Exception {
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    HttpResponse<String> ready = get("/readyz");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).isEqualTo("starting\n");
  }

  @Test
  void aPortThatIsTakenIsAnErrorWithAHint() {
    String taken = door.url().substring("http://".length());
    assertThatThrownBy(
            () -> MonitoringDoor.open(config(taken, Optional.empty()), metrics, pipeline))
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.text()).contains(taken, "in use", "monitoring.listen", "off"));
  }

  @Test
  void theWordOffOpensNothingAndWrongSettingsAreRefused() {
    assertThat(MonitoringDoor.open(config("off", Optional.empty()), metrics, pipeline)).isEmpty();
    assertThatThrownBy(() -> config("0.0.0.0:9464", Optional.empty()))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("no token");
    assertThatThrownBy(
            () ->
                new MonitoringConfig(
                    "off",
                    Optional.empty(),
                    Duration.ofSeconds(10),
                    true,
                    Map.of("redis.memory_used_rato", new Threshold(1, 2)),
                    Optional.empty()))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("redis.memory_used_rato");
  }
}

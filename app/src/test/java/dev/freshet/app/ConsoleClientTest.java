package dev.freshet.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.freshet.runtime.config.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands that look make of what a console, or something else, answers. */
class ConsoleClientTest {

  private static final String LOCKED =
      """
      {"type":"urn:freshet:problem:token-needed","title":"Token needed","status":401,\
      "detail":"this needs the console.token","hint":"Authorization: Bearer …"}""";

  private final List<String> asked = new ArrayList<>();
  private HttpServer server;
  private int status = 200;
  private String body = "{}";

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] answer = body.getBytes(UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answers(int answered, String with) {
    status = answered;
    body = with;
  }

  @Test
  void aPageThatIsLockedIsNoReport() {
    answers(200, "<html lang=\"en\" data-state=\"locked\"></html>");
    Typed typed = Typed.freshet("report", "--url", url());
    assertThat(typed.code()).isNotZero();
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("the console refused", "FRESHET_TOKEN");
  }

  @Test
  void aNumberOrARangeThatIsNoneIsRefusedAndNotTakenForAnother() {
    for (String[] line :
        new String[][] {
          {"report", "--range", "2h", "is not one of 15m, 1h, 6h, 24h"},
          {"tail", "--limit", "-5", "is not a whole number from 1 on"},
          {"tail", "--limit", "0", "is not a whole number from 1 on"},
          {"record", "--limit", "0", "is not a whole number from 1 on"},
          {"record", "--seconds", "-1", "is not a whole number from 1 on"},
        }) {
      Typed typed = Typed.freshet(line[0], line[1] + "=" + line[2]);
      assertThat(typed.code()).as(String.join(" ", line)).isEqualTo(2);
      assertThat(typed.err()).contains(line[1], '"' + line[2] + "\" " + line[3]);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void aTokenIsAskedForAndTakenFromTheVariableOrAFile() {
    answers(401, LOCKED);
    Typed refused = Typed.freshet("status", "--url", url());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("answered 401", "set FRESHET_TOKEN", "--token-file");
    Typed.with(Map.of("FRESHET_TOKEN", "of the variable"), "why", "x", "--url", url());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said, true, UTF_8);
    Environment secrets = Environment.of(Map.of(), Map.of("/run/token", "of the file\n"));
    Terminal terminal = new Terminal(stream, stream, false, secrets);
    Main.run(terminal, "tail", "--url", url(), "--token-file", "/run/token");
    assertThat(asked).containsExactly(null, "Bearer of the variable", "Bearer of the file");
    assertThat(said.toString(UTF_8)).doesNotContain("of the file");
    Main.run(terminal, "status", "--url", url(), "--token-file", "/run/none");
    assertThat(said.toString(UTF_8)).contains("could not read the token", "/run/none");
  }

  @Test
  void aTokenThatNoHeaderCanCarryIsNotShown() {
    Typed typed = Typed.with(Map.of("FRESHET_TOKEN", "s3cr3t\u0001x"), "status", "--url", url());
    assertThat(typed.code()).isEqualTo(1);
    assertThat(typed.err()).contains("the token has a character").doesNotContain("s3cr3t");
  }

  @Test
  void whatIsNoConsoleIsNamed() {
    for (String other : List.of("<html></html>", "[]", "null", "12", "{\"stages\":7}")) {
      answers(200, other);
      Typed typed = Typed.freshet("status", "--url", url());
      assertThat(typed.code()).as(other).isEqualTo(1);
      assertThat(typed.err()).contains("is not the address of a console", "http://127.0.0.1:8088");
    }
    answers(404, "{\"type\":\"urn:freshet:problem:not-found\"}");
    assertThat(Typed.freshet("latency", "--url", url() + "/console").err())
        .contains("/console/api/v1/config answered 404", "the address alone");
    assertThat(Typed.freshet("status", "--url", "localhost:8088").err())
        .contains("http:// or https://");
  }

  @Test
  void whereNothingListensThereIsNoConsole() {
    String url = url();
    server.stop(0);
    for (String command : List.of("status", "latency", "views", "tail")) {
      Typed typed = Typed.freshet(command, "--url", url);
      assertThat(typed.code()).isEqualTo(4);
      assertThat(typed.err()).contains("there is no console at " + url, "console.listen");
    }
  }

  @Test
  void aSystemWithoutRequestsSaysSo() {
    answers(200, "{\"windows\":[\"5m\"],\"window\":\"5m\",\"matched\":0,\"routes\":[],\"new\":1}");
    Typed typed = Typed.freshet("latency", "--url", url());
    assertThat(typed.code()).isZero();
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("no requests were counted in the last 5m");
    assertThat(Typed.freshet("latency", "--route", "/x", "--url", url()).err())
        .contains("with \"/x\" in its name");
  }
}

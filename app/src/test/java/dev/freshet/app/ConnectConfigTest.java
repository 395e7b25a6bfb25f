package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connector for Kafka Connect: shipped as it would be deployed, and without any secret. */
class ConnectConfigTest {

  private static final Map<String, String> PASSWORD = Map.of("PG_PASSWORD", "hunter2-of-the-test");

  @TempDir Path folder;

  private static String file(String name) {
    return Repository.ROOT.resolve("connect").resolve(name).toString();
  }

  @Test
  void theShippedConnectorIsWhatWouldBeDeployed() {
    Typed printed = Typed.with(PASSWORD, "connect", "config", "-c", file("freshet.yaml"));
    assertThat(printed.code()).as(printed.err()).isZero();
    assertThat(printed.out())
        .as("./freshet connect config -c connect/freshet.yaml > connect/connector.json")
        .isEqualTo(Repository.read("connect/connector.json"))
        .contains("\"database.password\" : \"${env:PG_PASSWORD}\"")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource({"status", "deploy", "pause", "resume", "stop", "restart"})
  void withoutAConnectClusterEachCommandSaysHowToNameOne(String command) throws Exception {
    Path plain =
        Files.writeString(
            folder.resolve("freshet.yaml"),
            """
            postgres: postgres://u@127.0.0.1:1/d
            kafka: 127.0.0.1:1
            redis: redis://127.0.0.1:1
            invalidate: { public.products: ["product:{id}"] }
            """);
    Typed typed = Typed.with(PASSWORD, "connect", command, "-c", plain.toString());
    assertThat(typed.code()).isEqualTo(1);
    assertThat(typed.err()).contains("names no Kafka Connect", "hint: set ingest: { connect:");
  }
}

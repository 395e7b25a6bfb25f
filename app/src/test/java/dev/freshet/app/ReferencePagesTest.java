package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencePagesTest {

  private static final String AGAIN =
      "write it again with: ./freshet config schema --write docs/reference";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"freshet.schema.json", "config.md", "cli.md"})
  void theCheckedInPageIsWhatTheCodeSays(String name) throws Exception {
    assertThat(Typed.freshet("config", "schema", "--write", folder.toString()).code()).isZero();
    Path page = Repository.ROOT.resolve("docs/reference").resolve(name);
    assertThat(page).as("%s is missing: %s", name, AGAIN).exists();
    assertThat(Repository.read(page))
        .as("docs/reference/%s is not what the code says: %s", name, AGAIN)
        .isEqualTo(Files.readString(folder.resolve(name)));
  }

  @Test
  void theExampleHasNoProblems() {
    dev.freshet.runtime.config.Environment outside =
        dev.freshet.runtime.config.Environment.of(
            Map.of("PG_PASSWORD", "a", "REDIS_PASSWORD", "b"),
            Map.of("/run/secrets/kafka-jaas", "c"));
    String problems =
        ConfigFile.parse(Repository.read("freshet.example.yaml"), "freshet.example.yaml", outside)
            .fold(accepted -> "", dev.freshet.runtime.config.ConfigProblems::text);
    assertThat(problems).isEmpty();
  }
}

package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {

  private static final Map<String, String> PASSWORD = Map.of("PG_PASSWORD", "s3cr3t");

  @TempDir Path folder;

  private String file() {
    return folder.resolve("freshet.yaml").toString();
  }

  @Test
  void helpShowsExamplesBeforeOptionsAndExitCodesLast() {
    Typed typed = Typed.freshet("--help");
    assertThat(typed.code()).isZero();
    assertThat(typed.out())
        .containsSubsequence(
            "Usage: freshet COMMAND",
            "Run ",
            "Check ",
            "Look ",
            "Examples:",
            "Options:",
            "5 check failed");
  }

  @Test
  void anUnknownCommandIsWrongUsageAndNamesTheNearest() {
    Typed typed = Typed.freshet("docter");
    assertThat(typed.code()).isEqualTo(2);
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("no command \"docter\"", "hint: did you mean doctor?");
  }

  @Test
  void anUnknownOptionIsWrongUsageAndNamesTheNearest() {
    Typed typed = Typed.freshet("doctor", "--jsn");
    assertThat(typed.code()).isEqualTo(2);
    assertThat(typed.err()).contains("no option \"--jsn\"", "did you mean --json?");
  }

  @Test
  void anUnknownRoleIsWrongUsageAndNamesTheNearest() {
    Typed typed = Typed.freshet("run", "invalidation-steam");
    assertThat(typed.code()).isEqualTo(2);
    assertThat(typed.err()).contains("did you mean invalidation-stream?");
  }

  @Test
  void noCommandIsWrongUsage() {
    assertThat(Typed.freshet().code()).isEqualTo(2);
  }

  @Test
  void aMissingFileIsAnInvalidConfigAndSaysHowToWriteOne() {
    Typed typed = Typed.freshet("run", "-c", file());
    assertThat(typed.code()).isEqualTo(3);
    assertThat(typed.err()).contains("there is no such file", "freshet init");
  }

  @Test
  void whatInitWritesPassesTheCheckWithTheVariableItNames() {
    assertThat(Typed.freshet("init", "-c", file()).code()).isZero();
    assertThat(Repository.read(Path.of(file()))).startsWith("# yaml-language-server: $schema=");
    Typed checked = Typed.with(PASSWORD, "config", "check", "-c", file());
    assertThat(checked.err()).isEmpty();
    assertThat(checked.code()).isZero();
    assertThat(checked.out()).endsWith("no problems\n");
  }

  @Test
  void initDoesNotReplaceAFileUnlessForced() throws Exception {
    Files.writeString(Path.of(file()), "mine");
    Typed refused = Typed.freshet("init", "-c", file());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("--force");
    assertThat(Path.of(file())).hasContent("mine");
    assertThat(Typed.freshet("init", "--force", "-c", file()).code()).isZero();
  }

  @Test
  void everyProblemOfAFileIsReportedWithItsPlace() throws Exception {
    Files.writeString(
        Path.of(file()),
        """
        namespace: Shop
        postgres: postgres://freshet@db/shop
        kafka: kafka
        redis: cache:6379
        invalidat: {}
        """);
    Typed typed = Typed.freshet("config", "check", "-c", file());
    assertThat(typed.code()).isEqualTo(3);
    assertThat(typed.err())
        .contains("kafka", "redis", "invalidat", "did you mean invalidate?", " 4:8 ", " 5:1 ");
    Typed json = Typed.freshet("config", "check", "--json", "-c", file());
    assertThat(json.code()).isEqualTo(3);
    assertThat(json.out()).startsWith("{\"file\":").contains("\"line\":5");
  }

  @Test
  void theShownConfigHidesWhatCameFromOutside() throws Exception {
    Files.writeString(
        Path.of(file()),
        """
        postgres: postgres://freshet:${PG_PASSWORD}@db/shop
        kafka: kafka:9092
        redis: redis://:hunter2@cache:6379
        invalidate: { public.products: ["product:{id}"] }
        """);
    Typed typed = Typed.with(PASSWORD, "config", "show", "-c", file());
    assertThat(typed.code()).isZero();
    assertThat(typed.out())
        .contains("${PG_PASSWORD}", "redis://:***@cache:6379", "heartbeat-interval: 1s")
        .doesNotContain("s3cr3t", "hunter2");
  }

  @Test
  void aTopologyIsPrintedAsTextAndAsMermaid() {
    Typed.freshet("init", "-c", file());
    Typed text = Typed.with(PASSWORD, "topology", "-c", file());
    assertThat(text.out()).contains("Sub-topology: 0", "shop.invalidations");
    Typed chart =
        Typed.with(PASSWORD, "topology", "invalidation-stream", "--mermaid", "-c", file());
    assertThat(chart.out()).startsWith("flowchart LR\n").contains(" --> topic_shop_invalidations");
    assertThat(Typed.with(PASSWORD, "topology", "ingest", "-c", file()).code()).isEqualTo(2);
  }

  @Test
  void doctorReportsEveryServiceThatDoesNotAnswer() throws Exception {
    // Port 1 is never open here: connecting is refused at once.
    Files.writeString(
        Path.of(file()),
        """
        postgres: postgres://freshet@127.0.0.1:1/shop
        kafka: 127.0.0.1:1
        redis: redis://127.0.0.1:1
        invalidate: { public.products: ["product:{id}"] }
        """);
    Typed typed = Typed.freshet("doctor", "--json", "-c", file());
    assertThat(typed.code()).isEqualTo(4);
    assertThat(typed.out())
        .startsWith("{\"failed\":3,\"warned\":0,\"checks\":[")
        .contains("postgres.connection", "kafka.reachable", "redis.reachable");
  }

  @Test
  void aViewsSqlComesFromAFileBesideTheConfig() throws Exception {
    Files.createDirectory(folder.resolve("views"));
    Files.writeString(folder.resolve("views/org_totals.sql"), "SELECT count(*) AS n FROM orders");
    Files.writeString(Path.of(file()), withViews("org_totals: { file: views/org_totals.sql }"));
    Typed typed = Typed.freshet("config", "show", "-c", file());
    assertThat(typed.code()).as(typed.err()).isZero();
    assertThat(typed.out()).contains("file: views/org_totals.sql");
  }

  @Test
  void aViewsFileThatIsMissingOrDoubleIsAProblemWithItsPlace() throws Exception {
    Files.writeString(Path.of(file()), withViews("org_totals: { file: views/none.sql }"));
    Typed missing = Typed.freshet("config", "check", "-c", file());
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains("6:23", "there is no file views/none.sql (looked for ");

    Files.writeString(folder.resolve("org.sql"), "SELECT 1");
    Files.writeString(Path.of(file()), withViews("org_totals: { sql: SELECT 1, file: org.sql }"));
    assertThat(Typed.freshet("config", "check", "-c", file()).err())
        .contains("a view has its SQL twice", "keep sql, or file");
  }

  @Test
  void aFileToCheckThatIsMissingIsWrongUsage() throws Exception {
    Typed typed = Typed.freshet("view", "check", folder.resolve("none.sql").toString());
    assertThat(typed.code()).isEqualTo(2);
    assertThat(typed.err()).contains("there is no file ", "none.sql");
  }

  private static String withViews(String view) {
    return """
        postgres: postgres://freshet@db/shop
        kafka: kafka:9092
        redis: redis://cache:6379
        invalidate: { public.products: ["product:{id}"] }
        views:
          %s
        """
        .formatted(view);
  }
}

package dev.freshet.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigWriterTest {
  private static final Environment ENVIRONMENT = Environment.of(Map.of("PW", "hunter2"));

  private static String shown(String yaml) {
    return new ConfigWriter(Shop.SCALARS).write(Shop.accepted(Shop.read(yaml, ENVIRONMENT)));
  }

  @Test
  void showsEverySettingWithDefaultsAndWithoutSecrets() {
    assertThat(
            shown(
                """
                postgres: postgres://u:${PW}@db
                password: hunter3
                invalidate:
                  public.a: ["a:{id}", "${PW}"]
                  public.b: { tags: b, unless-only: c }
                latency: { slo: { x: { p99: 90s } } }
                """))
        .isEqualTo(
            """
            # Where the rows are.
            postgres: "postgres://u:${PW}@db"
            # Who may come in.
            password: "***"
            # Which tags a row makes stale.
            invalidate:
              public.a:
                tags:
                  - "a:{id}"
                  - "${PW}"
                unless-only: []
              public.b:
                tags:
                  - b
                unless-only:
                  - c
            # SQL files.
            views: []
            # How latency is measured.
            latency:
              # How far back.
              window: 5m
              # Limits per leg.
              slo:
                x:
                  p99: 90s
                  errors: 0.001
            # The page to look at.
            console:
              # Address and port.
              listen: 127.0.0.1:8088
              # What it may do.
              mode: read-only
              # Whether it runs.
              enabled: true
              # Feed length.
              feed: 1000
              # Events kept.
              kept: 5000000000
              # Memory.
              memory: 64mb
            """);
  }

  @Test
  void whatIsNotSetIsAComment() {
    assertThat(shown("postgres: p://db")).contains("# Who may come in.\n# password: not set\n");
  }

  @Test
  void whatIsShownReadsBackAsTheSameConfig() {
    String yaml =
        """
        postgres: p://db
        views: ["null", "a: b", "1", "- x", "#c", "a\\nb", "", "true", "x:", "é", "[]", "{}"]
        invalidate: { "a: b": t, "": u, "[]": v, "1": w }
        """;
    Shop shop = Shop.accepted(Shop.read(yaml, ENVIRONMENT)).value();
    assertThat(Shop.accepted(Shop.read(shown(yaml), ENVIRONMENT)).value()).isEqualTo(shop);
  }

  @Test
  void theSchemaSaysWhatTheReaderAccepts() {
    String schema = new SchemaWriter(Shop.SCALARS).write("A shop", Shop.class);
    assertThat(schema)
        .isEqualTo(new SchemaWriter(Shop.SCALARS).write("A shop", Shop.class))
        .contains("\"$schema\" : \"https://json-schema.org/draft/2020-12/schema\"")
        .contains("\"required\" : [\n    \"postgres\"\n  ]")
        .contains("\"unless-only\"")
        .contains("\"pattern\" : \"^[0-9]+(ms|s|m|h|d)$\"")
        .contains("\"default\" : \"127.0.0.1:8088\"")
        .contains("\"default\" : 1000")
        .contains("\"default\" : { }")
        .contains("\"additionalProperties\" : false");
  }

  @Test
  void theReferenceHasATablePerGroup() {
    String page = new ReferenceWriter(Shop.SCALARS).write("freshet.yaml", Shop.class);
    assertThat(page)
        .startsWith("# freshet.yaml\n\nA shop.\n\n| key | type | default | |\n|---|---|---|---|\n")
        .contains(
            "| `postgres` | address | **required** | Where the rows are. Example:"
                + " `postgres://freshet@db:5432/shop` |\n")
        .contains("| `password` | secret | not set | Who may come in. |\n")
        .contains("| `invalidate` | mapping: text to group | `{}` |")
        .contains("\n## `invalidate.<text>`\n\nWritten without keys, the value is that of `tags`.")
        .contains("| `mode` | `read-only`, `read-write` | `read-only` | What it may do. |");
  }

  @Test
  void suggestionsStopWhereGuessingBegins() {
    var words = List.of("listen", "window", "unless-only", "mode");
    assertThat(DidYouMean.among(words, "lsiten")).hasValue("listen");
    assertThat(DidYouMean.among(words, "unless_only")).hasValue("unless-only");
    assertThat(DidYouMean.among(words, "WINDOW")).hasValue("window");
    assertThat(DidYouMean.among(words, "modes")).hasValue("mode");
    assertThat(DidYouMean.among(words, "redis")).isEmpty();
    assertThat(DidYouMean.among(words, "x")).isEmpty();
    assertThat(DidYouMean.among(words, "")).isEmpty();
  }
}

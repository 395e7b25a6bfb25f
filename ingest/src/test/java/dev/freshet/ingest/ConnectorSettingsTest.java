package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.PostgresConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectorSettingsTest {

  private static final Topics TOPICS = new Topics("shop");

  private static IngestConfig with(Map<String, String> debezium) {
    return new IngestConfig(
        Optional.empty(),
        Optional.empty(),
        true,
        Duration.ofSeconds(1),
        1,
        debezium,
        Optional.empty(),
        OnGap.STOP,
        false);
  }

  private static Map<String, String> settings(IngestConfig config, String address) {
    return ConnectorSettings.of(
        config,
        PostgresConnection.parse(address),
        TOPICS,
        Set.of(TableName.parse("public.product")));
  }

  @Test
  void theIncludeListMatchesTheseTablesAndNoOthers() {
    String list =
        ConnectorSettings.includeList(
            Set.of(new TableName("public", "a.b"), new TableName("we,ird", "x$(y)*")));
    String[] patterns = list.split("(?<!\\\\),");
    assertThat(patterns).hasSize(3);
    assertThat(Pattern.matches(patterns[1], "public.a.b")).isTrue();
    assertThat(Pattern.matches(patterns[1], "public.aXb")).isFalse();
    assertThat(Pattern.matches(patterns[2], "we,ird.x$(y)*")).isTrue();
    assertThat(patterns[0]).isEqualTo("freshet\\.heartbeat");
  }

  @Test
  void namesFollowTheNamespaceUnlessSet() {
    assertThat(settings(IngestConfig.defaults(), "postgres://u:p@h/d"))
        .containsEntry("topic.prefix", "shop.cdc")
        .containsEntry("slot.name", "shop")
        .containsEntry("publication.name", "shop")
        .containsEntry("database.password", "p");
    IngestConfig named =
        new IngestConfig(
            Optional.of("s1"),
            Optional.of("p1"),
            true,
            Duration.ofSeconds(1),
            1,
            Map.of(),
            Optional.empty(),
            OnGap.STOP,
            false);
    assertThat(settings(named, "postgres://u@h/d"))
        .containsEntry("slot.name", "s1")
        .containsEntry("publication.name", "p1");
  }

  @Test
  void addressParametersReachBothDriverAndDebezium() {
    assertThat(
            settings(
                IngestConfig.defaults(), "postgres://u@h/d?sslmode=require&targetServerType=any"))
        .containsEntry("database.sslmode", "require")
        .containsEntry("driver.targetServerType", "any");
  }

  @Test
  void harmlessPropertiesPass() {
    assertThat(settings(with(Map.of("max.queue.size", "100")), "postgres://u@h/d"))
        .containsEntry("max.queue.size", "100");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "provide.transaction.metadata",
        "slot.drop.on.stop",
        "slot.name",
        "offset.mismatch.strategy",
        "snapshot.mode",
        "table.include.list",
        "column.exclude.list",
        "database.hostname",
        "transforms",
        "transforms.unwrap.type",
        "skipped.operations",
        "heartbeat.interval.ms",
        "errors.max.retries",
        "topic.prefix",
        "name"
      })
  void propertiesThatBreakAGuaranteeAreRefusedWithTheReason(String key) {
    assertThatThrownBy(() -> with(Map.of(key, "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\n" + key + ": ");
  }
}

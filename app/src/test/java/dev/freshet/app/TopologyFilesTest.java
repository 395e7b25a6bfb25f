package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.materializer.expression.Session.CaseMapping;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.sql.Schema;
import dev.freshet.materializer.sql.TableSchema;
import dev.freshet.materializer.sql.TableSchema.TableColumn;
import dev.freshet.materializer.sql.ViewCompiler;
import dev.freshet.materializer.stream.ViewTopology;
import dev.freshet.replaytest.Golden;
import dev.freshet.runtime.config.Environment;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every topology is, as it is checked in. A store that gets another name gets another
 * changelog with it and begins empty: whoever renames one sees it in the diff of these files.
 */
class TopologyFilesTest {

  private static final Path FILES = Repository.ROOT.resolve("app/src/test/topologies");

  /**
   * What Kafka Streams calls what nobody named: {@code KSTREAM-AGGREGATE-STATE-STORE-0000000003}.
   */
  private static final Pattern GENERATED = Pattern.compile("-\\d{10}\\b");

  private static final FreshetConfig CONFIG =
      ConfigFile.parse(
              """
              namespace: shop
              postgres: postgres://freshet@db/shop
              kafka: kafka:9092
              redis: redis://cache:6379
              invalidate:
                public.orders:    [ "order:{id}", "customer:{customer_id}" ]
                public.customers: [ "customer:{id}" ]
              """,
              "freshet.yaml",
              Environment.of(Map.of()))
          .fold(
              accepted -> accepted.value(),
              problems -> {
                throw new InvalidConfigException(problems);
              });

  private static Map<String, Topology> topologies() throws Exception {
    Map<String, Topology> all = new TreeMap<>();
    for (Role role : Roles.all()) {
      role.topology(CONFIG).ifPresent(topology -> all.put(role.name(), topology));
    }
    ViewPlan plan =
        new ViewCompiler(new Orders(), ZoneOffset.UTC)
            .compile("totals", "SELECT status, count(*) AS orders FROM orders GROUP BY status");
    all.put("view", ViewTopology.build(new Topics("shop"), plan, true));
    return all;
  }

  @Test
  void eachIsWhatItsFileSays() throws Exception {
    Map<String, Topology> all = topologies();
    assertThat(all)
        .containsOnlyKeys("invalidation-stream", "metrics-aggregator", "slo-alerts", "view");
    all.forEach(
        (name, topology) ->
            Golden.assertEqual(
                FILES.resolve(name + ".txt"),
                topology.describe().toString().stripTrailing() + "\n"));
  }

  @Test
  void nothingInThemHasAGeneratedName() throws Exception {
    topologies()
        .forEach(
            (name, topology) ->
                assertThat(topology.describe().toString())
                    .as("%s: name every operator, store and repartition", name)
                    .doesNotContainPattern(GENERATED));
  }

  /** A table, as a database would describe it. */
  private static final class Orders implements Schema {
    @Override
    public Optional<TableSchema> table(@Nullable String schema, String table) {
      return Optional.of(
          new TableSchema(
              new TableName("public", "orders"),
              List.of(
                  TableColumn.of("id", PgType.INT8, false),
                  TableColumn.of("status", PgType.TEXT, false)),
              List.of("id")));
    }

    @Override
    public Optional<PgType> enumeration(String name) {
      return Optional.empty();
    }

    @Override
    public CaseMapping caseMapping() {
      return CaseMapping.SIMPLE;
    }

    @Override
    public boolean codePointOrder() {
      return true;
    }
  }
}

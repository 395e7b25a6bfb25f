package dev.freshet.materializer.stream;

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
import dev.freshet.materializer.sql.ViewRefusedException;
import dev.freshet.replaytest.Golden;
import dev.freshet.replaytest.TopologyReplay;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits as the demo's capture aligned them, through one of its views. */
class RecordedCommitsTopologyTest {

  private static final Path RECORDING = Path.of("src/test/resources/demo-commits.frec");

  @TempDir Path state;

  /** The demo's readings. */
  private static final class Readings implements Schema {
    @Override
    public Optional<TableSchema> table(@Nullable String schema, String table) {
      return Optional.of(
          new TableSchema(
              new TableName("public", "readings"),
              List.of(
                  TableColumn.of("id", PgType.INT8, false),
                  TableColumn.of("organization_id", PgType.INT4, false),
                  TableColumn.of("facility_id", PgType.INT4, false),
                  TableColumn.of("metric", PgType.TEXT, false),
                  TableColumn.of("kilograms", PgType.numeric(12, 3), false),
                  TableColumn.of("status", PgType.TEXT, false),
                  TableColumn.of("recorded_at", PgType.TIMESTAMPTZ, false)),
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

  private String replay(String folder) throws ViewRefusedException {
    ViewPlan plan =
        new ViewCompiler(new Readings(), ZoneOffset.UTC)
            .compile(
                "status_counts",
                "SELECT status, count(*) AS readings, sum(kilograms) AS kilograms"
                    + " FROM readings GROUP BY status");
    Properties settings = new Properties();
    settings.put("state.dir", state.resolve(folder).toString());
    return TopologyReplay.of(ViewTopology.build(new Topics("demo"), plan, false))
        .with(settings)
        .run(RECORDING);
  }

  @Test
  void theyGiveTheSameRowsAsBeforeEachTime() throws ViewRefusedException {
    String rows = replay("first");
    Golden.assertEqual(Path.of("src/test/resources/demo-status-counts.txt"), rows);
    assertThat(replay("second")).isEqualTo(rows);
  }
}

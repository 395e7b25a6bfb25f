package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import dev.freshet.ingest.IngestConfig;
import dev.freshet.materializer.refresh.MaterializedView;
import dev.freshet.materializer.seed.CaptureGate;
import dev.freshet.materializer.source.PostgresSchema;
import dev.freshet.materializer.source.SourceCheck;
import dev.freshet.materializer.sql.ViewCompiler;
import dev.freshet.materializer.sql.ViewRefusedException;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The views of a config file, compiled against the source database. */
public final class Views {

  private Views() {}

  /**
   * Every view; asks the database for its tables when there is one.
   *
   * @throws FreshetException when a view is refused, with every reason, or the database does not
   *     answer
   */
  public static List<View> of(FreshetConfig config) {
    List<View> views = new ArrayList<>();
    if (config.views().isEmpty()) {
      return views;
    }
    Database database = new Database(config.postgres());
    List<String> refused = new ArrayList<>();
    try (Connection connection = database.open()) {
      for (ViewText text : texts(config)) {
        try {
          views.add(compile(connection, text));
        } catch (ViewRefusedException e) {
          refused.add(text.origin() + ":\n" + e.getMessage());
        }
      }
    } catch (SQLException e) {
      throw database.failed("could not read the tables of the views", e);
    }
    if (!refused.isEmpty()) {
      throw FreshetException.unfit(
          "the SQL of %d of %d views is refused".formatted(refused.size(), config.views().size()),
          String.join("\n", refused),
          "what a view may say: docs/reference/sql.md");
    }
    return views;
  }

  /** The views as the config has them. */
  public static List<ViewText> texts(FreshetConfig config) {
    return config.views().entrySet().stream()
        .map(view -> ViewText.of(view.getKey(), view.getValue()))
        .toList();
  }

  /**
   * One view, compiled against the tables of a database.
   *
   * @throws ViewRefusedException with every reason
   * @throws FreshetException when Postgres understands the SQL in another way
   */
  public static View compile(Connection connection, ViewText text)
      throws SQLException, ViewRefusedException {
    View compiled =
        new View(
            new ViewCompiler(new PostgresSchema(connection), text.zone())
                .compile(text.name(), text.sql()),
            text.table(),
            text.tags());
    refuseUnknownColumns(compiled);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = '" + compiled.zone().replace("'", "''") + "'");
    }
    List<String> differences = SourceCheck.differences(compiled.plan(), connection);
    if (!differences.isEmpty()) {
      throw FreshetException.unfit(
          text.origin() + " is not what Postgres understands",
          String.join("\n", differences),
          "please report this with the view's SQL");
    }
    return compiled;
  }

  /** Of a row that is gone only the key is known. */
  private static void refuseUnknownColumns(View view) {
    List<String> key =
        view.plan().key().stream().map(i -> view.plan().columns().get(i).name()).toList();
    for (TagTemplate tag : view.tags()) {
      Set<String> others = new TreeSet<>(tag.columns());
      key.forEach(others::remove);
      if (!others.isEmpty()) {
        throw FreshetException.unfit(
            "the tag %s of view %s has columns that are not in the view's key"
                .formatted(tag, view.name()),
            "it names %s; the key is %s".formatted(others, key),
            "use columns of the key: of a row that is gone no others are known");
      }
    }
  }

  /** Every table whose changes are captured: for a rule or for a view. */
  static Set<TableName> captured(FreshetConfig config) {
    return captured(config, of(config));
  }

  /** The same for views that are compiled already. */
  static Set<TableName> captured(FreshetConfig config, List<View> views) {
    Set<TableName> tables = new TreeSet<>(config.invalidate().keySet());
    views.forEach(view -> tables.addAll(view.plan().tables()));
    refreshed(config).forEach(view -> tables.addAll(view.tables()));
    return tables;
  }

  /**
   * The materialized views to refresh, with the tables they read; asks the database when there are
   * some.
   *
   * @throws FreshetException when one is not there, or the database does not answer
   */
  static List<MaterializedView> refreshed(FreshetConfig config) {
    if (config.refresh().views().isEmpty()) {
      return List.of();
    }
    Database database = new Database(config.postgres());
    try (Connection connection = database.open()) {
      return MaterializedView.of(connection, config.refresh().views());
    } catch (SQLException e) {
      throw database.failed("could not read what the materialized views read", e);
    }
  }

  /** The slot and the publication of capture, under which a view may begin. */
  static CaptureGate gate(FreshetConfig config) {
    IngestConfig ingest = config.ingest();
    return new CaptureGate(ingest.publicationIn(config.topics()), ingest.slotIn(config.topics()));
  }
}

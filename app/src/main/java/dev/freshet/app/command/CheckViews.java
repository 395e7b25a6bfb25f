package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.SqlFile;
import dev.freshet.app.Terminal;
import dev.freshet.app.ViewText;
import dev.freshet.app.Views;
import dev.freshet.events.TableName;
import dev.freshet.materializer.MaterializerConfig;
import dev.freshet.materializer.source.ViewExplanation;
import dev.freshet.materializer.sql.ViewRefusedException;
import dev.freshet.materializer.stream.ViewTopology;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freshet view check}. */
@Command(
    name = "check",
    description = "Compile SQL as a view: every reason against it with its place, or its plan.",
    footer = {
      "  freshet view check views/org_totals.sql      # need not be in the config",
      "  freshet view check --explain                 # every view of the config",
      "  freshet view check views/*.sql --json | jq '.views[].problems'",
    })
final class CheckViews implements Callable<Integer> {

  private static final String SQL = ".sql";
  private static final int LONGEST_NAME = 40;

  private final Terminal terminal;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "A file with a SELECT. Default: the views of the config.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "The session time zone of the files' SQL. Default: ${DEFAULT-VALUE}.")
  private String zone = "UTC";

  @Option(
      names = "--explain",
      description = "Show the plan, the topology, the state to be kept and what the tables need.")
  private boolean explain;

  @Option(names = "--json", description = "Print {\"views\": [...], \"refused\": n}.")
  private boolean json;

  @Mixin private ConfigOption config = new ConfigOption();

  @Spec private @Nullable CommandSpec spec;

  CheckViews(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<ViewText> texts = new ArrayList<>();
    for (Path file : files) {
      texts.add(text(file));
    }
    FreshetConfig read = config.read(terminal);
    if (files.isEmpty()) {
      texts.addAll(Views.texts(read));
    }
    if (texts.isEmpty()) {
      throw FreshetException.failed(
          "there is nothing to check",
          config.file() + " has no views",
          "name a file with SQL, or add one under views:",
          null);
    }
    Database database = new Database(read.postgres());
    ObjectNode report = Json.object();
    var list = report.putArray("views");
    int refused = 0;
    try (Connection connection = database.open()) {
      for (ViewText text : texts) {
        ObjectNode one = list.addObject().put("name", text.name()).put("origin", text.origin());
        if (!check(connection, text, read, one)) {
          refused++;
        }
      }
    } catch (SQLException e) {
      throw database.failed("could not read the tables of the views", e);
    }
    if (json) {
      Json.print(terminal, report.put("refused", refused));
    } else if (refused > 0) {
      terminal.say(
          "%d of %d views refused%n  hint: what a view may say: docs/reference/sql.md"
              .formatted(refused, texts.size()));
    }
    return (refused == 0 ? ExitCode.DONE : ExitCode.CHECK_FAILED).number();
  }

  private ViewText text(Path file) {
    try {
      SqlFile sql = SqlFile.read(Path.of(""), file.toString());
      String name = name(file);
      return new ViewText(
          name, sql.name(), sql.text(), new TableName("public", name), ZoneId.of(zone), List.of());
    } catch (DateTimeException e) {
      throw usage("there is no time zone \"" + zone + "\"; write one as Europe/Berlin", e);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()), e);
    }
  }

  private RuntimeException usage(String message, Exception e) {
    return spec == null ? new IllegalStateException(message, e) : wrong(spec, message, e);
  }

  private static RuntimeException wrong(CommandSpec spec, String message, Exception e) {
    return new ParameterException(spec.commandLine(), message, e);
  }

  /** What a view from this file would be called: {@code Org-Totals.sql} is org_totals. */
  private static String name(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String bare = name.endsWith(SQL) ? name.substring(0, name.length() - SQL.length()) : name;
    String plain = bare.replaceAll("[^a-z0-9_]", "_").replaceAll("^[^a-z]+", "");
    String found = plain.isEmpty() ? "view" : plain;
    return found.substring(0, Math.min(LONGEST_NAME, found.length()));
  }

  /** Tells about one view; whether it can be kept. */
  private boolean check(Connection connection, ViewText text, FreshetConfig read, ObjectNode one)
      throws SQLException {
    try {
      View view = Views.compile(connection, text);
      ViewExplanation explanation = ViewExplanation.of(view.plan(), connection);
      describe(view, explanation, read, one);
      one.put("accepted", explanation.problems().isEmpty());
      if (!json) {
        tell(text, view, explanation, read);
      }
      return explanation.problems().isEmpty();
    } catch (ViewRefusedException e) {
      one.put("accepted", false);
      var problems = one.putArray("problems");
      e.refusals()
          .forEach(
              refusal ->
                  problems
                      .addObject()
                      .put("line", refusal.at().line())
                      .put("column", refusal.at().column())
                      .put("message", refusal.message()));
      refuse(text, String.valueOf(e.getMessage()), e.refusals().size());
    } catch (FreshetException e) {
      one.put("accepted", false);
      one.putArray("problems").addObject().put("message", e.getMessage() + ": " + e.detail());
      refuse(text, e.text(), 1);
    }
    return false;
  }

  private void refuse(ViewText text, String why, int reasons) {
    if (!json) {
      terminal
          .out()
          .printf("%s: %s%n", text.origin(), reasons == 1 ? "1 problem" : reasons + " problems");
      why.lines().forEach(line -> terminal.out().println("  " + line));
    }
  }

  private void tell(ViewText text, View view, ViewExplanation explanation, FreshetConfig read) {
    terminal.out().printf("%s: understood%n", text.origin());
    String lines = explain ? explanation.text() : explanation.summary();
    lines.lines().forEach(line -> terminal.out().println("  " + line));
    if (explain) {
      terminal.out().println("  topology");
      topology(view, read).lines().forEach(line -> terminal.out().println("  " + line));
    }
  }

  private static String topology(View view, FreshetConfig read) {
    boolean onDisk = read.materializer().store() == MaterializerConfig.Store.DISK;
    return ViewTopology.build(read.topics(), view.plan(), onDisk).describe().toString().strip();
  }

  private void describe(
      View view, ViewExplanation explanation, FreshetConfig read, ObjectNode one) {
    var columns = one.putArray("columns");
    view.plan()
        .columns()
        .forEach(
            column ->
                columns
                    .addObject()
                    .put("name", column.name())
                    .put("type", column.type().toString())
                    .put("nullable", column.nullable()));
    explanation.key().forEach(one.putArray("key")::add);
    view.plan().tables().forEach(table -> one.withArray("tables").add(table.toString()));
    explanation.problems().forEach(one.putArray("needs")::add);
    if (explain) {
      one.put("id", view.plan().id())
          .put("zone", view.zone())
          .put("plan", view.plan().toString())
          .put("topology", topology(view, read));
      var state = one.putArray("state");
      explanation
          .state()
          .forEach(
              part ->
                  state
                      .addObject()
                      .put("what", part.what())
                      .put("rows", part.rows())
                      .put("bytes", part.bytes()));
      one.put("state_bytes", explanation.state().stream().mapToLong(part -> part.bytes()).sum());
    }
  }
}

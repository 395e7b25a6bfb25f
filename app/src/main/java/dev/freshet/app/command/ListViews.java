package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.source.ViewExplanation;
import dev.freshet.materializer.view.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet views}. */
@Command(
    name = "views",
    description = "How fresh each view is: the commit it reflects, rows, state, errors.",
    footer = {"  freshet views", "  freshet views --json | jq '.views[].lag_ms'"})
final class ListViews implements Callable<Integer> {

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--json", description = "Print {\"views\": [...]}.")
  private boolean json;

  ListViews(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    Database database = new Database(read.postgres());
    List<Registry.Known> views;
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      views = new Registry(read.namespace()).all(connection);
    } catch (SQLException e) {
      throw database.failed("could not read freshet.views", e);
    }
    if (json) {
      printJson(views);
    } else {
      printTable(views);
    }
    boolean inError = views.stream().anyMatch(view -> view.errors() > 0);
    return (inError ? ExitCode.CHECK_FAILED : ExitCode.DONE).number();
  }

  private static String state(Registry.Known view) {
    if (!view.live()) {
      return view.seed().isPresent() ? "seeding" : "waiting";
    }
    return view.errors() > 0 ? "error" : "live";
  }

  private void printTable(List<Registry.Known> views) {
    if (views.isEmpty()) {
      terminal.out().println("no view has been seeded yet");
      return;
    }
    terminal
        .out()
        .printf(
            "%-24s %-8s %10s %9s %8s  %s%n",
            "view", "state", "rows", "keeps", "lag ms", "reflects");
    for (Registry.Known view : views) {
      Instant committed = view.committed();
      terminal
          .out()
          .printf(
              "%-24s %-8s %,10d %9s %8d  %s%n",
              view.name(),
              state(view),
              view.rows(),
              view.stateBytes() == 0 ? "-" : ViewExplanation.size(view.stateBytes()),
              view.lag().toMillis(),
              committed == null
                  ? "nothing yet"
                  : Wording.time(committed.toEpochMilli() * 1000, clock.instant())
                      + " at "
                      + view.lsn());
      view.seed().ifPresent(seed -> terminal.out().println("  " + progress(seed)));
      view.reasons().forEach(reason -> terminal.out().println("  " + reason));
    }
  }

  /** How far a seed is, as in {@code seeding: 1,200,000 of 3,000,000 rows, 410,000/s, 4 s left}. */
  private String progress(Registry.Seed seed) {
    long millis = Math.max(1, Duration.between(seed.began(), clock.instant()).toMillis());
    long rate = seed.rows() * 1000 / millis;
    String left = rate == 0 ? "" : ", %,d s left".formatted((seed.of() - seed.rows()) / rate);
    return "seeding: %,d of %,d rows, %,d/s%s".formatted(seed.rows(), seed.of(), rate, left);
  }

  private void printJson(List<Registry.Known> views) {
    var report = Json.object();
    var list = report.putArray("views");
    for (Registry.Known view : views) {
      var one =
          list.addObject()
              .put("name", view.name())
              .put("state", state(view))
              .put("id", view.id())
              .put("table", view.table())
              .put("rows", view.rows())
              .put("state_bytes", view.stateBytes())
              .put("lsn", view.lsn())
              .put("committed", view.committed() == null ? null : view.committed().toString())
              .put("lag_ms", view.lag().toMillis())
              .put("errors", view.errors());
      view.seed()
          .ifPresent(
              seed ->
                  one.putObject("seed")
                      .put("rows", seed.rows())
                      .put("of", seed.of())
                      .put("began", seed.began().toString()));
      view.reasons().forEach(one.putArray("reasons")::add);
    }
    Json.print(terminal, report);
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.app.Views;
import dev.freshet.materializer.ViewRemoval;
import dev.freshet.materializer.check.Verification;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code freshet view}: one view verified, rebuilt, dropped; {@link CheckViews} is a part of it.
 */
@Command(
    name = "view",
    description =
        "Check SQL before it is a view; compare a view with its SQL; rebuild it; drop it.",
    customSynopsis = "freshet view check [FILE...] | verify|rebuild|drop NAME [OPTIONS]",
    footer = {
      "  freshet view check views/org_totals.sql --explain",
      "  freshet view verify org_totals               # exit code 5 when a row differs",
      "  freshet view verify --all",
      "  freshet view rebuild org_totals",
    })
final class ViewCommand {

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Differing rows of a view that a person may want to see. */
  private static final int MOST_PRINTED = 50;

  /** What Postgres calls a table that is not there. */
  private static final String NO_SUCH_TABLE = "42P01";

  private final Terminal terminal;

  ViewCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "verify",
      description = "Run the view's SQL in Postgres and compare row by row with its table.")
  int verify(
      @Parameters(arity = "0..1", paramLabel = "NAME", description = "The view.")
          @Nullable String name,
      @Option(names = "--all", description = "Every view.") boolean all,
      @Mixin ConfigOption config) {
    FreshetConfig read = config.read(terminal);
    List<View> chosen =
        Views.of(read).stream().filter(view -> all || view.name().equals(name)).toList();
    if (chosen.isEmpty()) {
      throw noSuchView(String.valueOf(name), read);
    }
    Database database = new Database(read.postgres());
    Verification verification = new Verification(database, read.namespace(), PAUSE, PATIENCE);
    int different = 0;
    for (View view : chosen) {
      try {
        List<String> differences = verification.differences(view);
        different += differences.size();
        terminal
            .out()
            .printf(
                "%-24s %s%n",
                view.name(),
                differences.isEmpty() ? "equals its SQL" : differences.size() + " rows differ");
        differences.stream()
            .limit(MOST_PRINTED)
            .forEach(difference -> terminal.out().println("  " + difference));
        if (differences.size() > MOST_PRINTED) {
          terminal.out().printf("  and %d more%n", differences.size() - MOST_PRINTED);
        }
      } catch (SQLException e) {
        if (NO_SUCH_TABLE.equals(e.getSQLState())) {
          throw FreshetException.failed(
              "view %s cannot be compared yet".formatted(view.name()),
              "%s is not there: the view has not been seeded".formatted(view.table()),
              "start the materializer, and wait until it is live in: freshet views",
              e);
        }
        throw database.failed("could not compare view " + view.name(), e);
      }
    }
    return (different == 0 ? ExitCode.DONE : ExitCode.CHECK_FAILED).number();
  }

  @Command(name = "rebuild", description = "Seed the view again, while its old rows stay.")
  int rebuild(
      @Parameters(paramLabel = "NAME", description = "The view.") String name,
      @Mixin ConfigOption config) {
    FreshetConfig read = config.read(terminal);
    if (!removal(read).rebuild(name)) {
      throw noSuchView(name, read);
    }
    terminal.say(
        "view %s is seeded again, at once where the materializer runs; see: freshet views"
            .formatted(name));
    return ExitCode.DONE.number();
  }

  @Command(name = "drop", description = "Drop the view's table, state and topic.")
  int drop(
      @Parameters(paramLabel = "NAME", description = "The view.") String name,
      @Option(names = "--yes", description = "Do it.") boolean yes,
      @Mixin ConfigOption config) {
    FreshetConfig read = config.read(terminal);
    if (!yes) {
      terminal.say(
          """
          this would drop the table, the state and the topic of view %s
            hint: stop the materializer, remove the view from the config, then: freshet view drop %s --yes"""
              .formatted(name, name));
      return ExitCode.WRONG_USAGE.number();
    }
    if (!removal(read).drop(name)) {
      throw noSuchView(name, read);
    }
    terminal.say("dropped view " + name);
    return ExitCode.DONE.number();
  }

  private static ViewRemoval removal(FreshetConfig read) {
    return new ViewRemoval(new Database(read.postgres()), read.kafka().connection(), read.topics());
  }

  private static FreshetException noSuchView(String name, FreshetConfig read) {
    return FreshetException.failed(
        "there is no view \"%s\"".formatted(name),
        "the views are " + String.join(", ", read.views().keySet()),
        "see them with: freshet views",
        null);
  }
}

package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.console.api.ViewsApi;
import dev.freshet.console.api.ViewsApi.View;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.source.ViewExplanation;
import dev.freshet.materializer.view.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code freshet views}. */
@Command(
    name = "views",
    description = "How fresh each view is: the commit it reflects, rows, state, errors.",
    footer = {
      "  freshet views",
      "  freshet views --json | jq '.views[].lag_ms'",
      "  freshet views --watch --url http://shop:8088",
    })
final class ListViews implements Callable<Integer> {

  private static final int PAGE = 1000;

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();
  private boolean inError;

  @Mixin private ConsoleOption console = new ConsoleOption();
  @Mixin private Look look = new Look();

  ListViews(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A view, with what only Postgres knows of it. */
  private record Shown(View view, Optional<Registry.Known> known) {}

  @Override
  public Integer call() throws InterruptedException {
    ConsoleClient client = console.named(terminal).orElse(null);
    if (client != null) {
      look.turns(
          terminal,
          () -> show(all(client).stream().map(view -> new Shown(view, Optional.empty())).toList()));
    } else {
      FreshetConfig read = console.read(terminal);
      Database database = new Database(read.postgres());
      look.turns(terminal, () -> show(known(read, database)));
    }
    return (inError ? ExitCode.CHECK_FAILED : ExitCode.DONE).number();
  }

  private static List<View> all(ConsoleClient client) throws InterruptedException {
    List<View> all = new ArrayList<>();
    List<View> page;
    do {
      String path = ConsoleClient.path("/api/v1/views", "limit", PAGE, "offset", all.size());
      page = client.get(path, ViewsApi.Views.class).views();
      all.addAll(page);
    } while (page.size() == PAGE);
    return all;
  }

  private static List<Shown> known(FreshetConfig read, Database database) {
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      return new Registry(read.namespace())
          .all(connection).stream()
              .map(known -> new Shown(view(known), Optional.of(known)))
              .toList();
    } catch (SQLException e) {
      throw database.failed("could not read freshet.views", e);
    }
  }

  private static View view(Registry.Known view) {
    Instant committed = view.committed();
    return new View(
        view.name(),
        state(view),
        view.rows(),
        view.errors(),
        view.stateBytes() == 0 ? null : view.stateBytes(),
        view.lag().toMillis(),
        view.lsn(),
        committed == null ? null : committed.toString(),
        view.lsn(),
        view.reasons());
  }

  private boolean show(List<Shown> views) {
    inError = views.stream().anyMatch(shown -> shown.view().errors() > 0);
    if (look.json()) {
      printJson(views);
    } else {
      look.begin(terminal);
      printTable(views);
    }
    return look.watch();
  }

  private static String state(Registry.Known view) {
    if (!view.live()) {
      return view.seed().isPresent() ? "seeding" : "waiting";
    }
    return view.errors() > 0 ? "error" : "live";
  }

  private void printTable(List<Shown> views) {
    if (views.isEmpty()) {
      terminal.out().println("no view has been seeded yet");
      return;
    }
    String format = "%-24s %-8s %10s %9s %8s  %s%n";
    terminal.out().printf(format, "view", "state", "rows", "keeps", "lag ms", "reflects");
    for (Shown shown : views) {
      View view = shown.view();
      terminal
          .out()
          .printf(
              Locale.ROOT,
              format,
              view.name(),
              view.state(),
              String.format(Locale.ROOT, "%,d", view.rows()),
              view.stateBytes() == null ? "-" : ViewExplanation.size(view.stateBytes()),
              view.lagMs() == null ? "-" : view.lagMs(),
              view.asOfCommit() == null
                  ? "nothing yet"
                  : Wording.time(view.asOfCommit(), clock.instant()) + " at " + view.asOfLsn());
      shown
          .known()
          .flatMap(Registry.Known::seed)
          .ifPresent(seed -> terminal.out().println("  " + progress(seed)));
      view.reasons().forEach(reason -> terminal.out().println("  " + Printable.text(reason)));
    }
  }

  /** How far a seed is, as in {@code seeding: 1,200,000 of 3,000,000 rows, 410,000/s, 4 s left}. */
  private String progress(Registry.Seed seed) {
    long millis = Math.max(1, Duration.between(seed.began(), clock.instant()).toMillis());
    long rate = seed.rows() * 1000 / millis;
    String left = rate == 0 ? "" : ", %,d s left".formatted((seed.of() - seed.rows()) / rate);
    return "seeding: %,d of %,d rows, %,d/s%s".formatted(seed.rows(), seed.of(), rate, left);
  }

  private void printJson(List<Shown> views) {
    var report = Json.object();
    var list = report.putArray("views");
    for (Shown shown : views) {
      var one = Json.of(shown.view());
      shown.known().ifPresent(known -> add(known, one));
      list.add(one);
    }
    Json.print(terminal, report);
  }

  private static void add(Registry.Known view, ObjectNode to) {
    to.put("id", view.id()).put("table", view.table());
    view.seed()
        .ifPresent(
            seed ->
                to.putObject("seed")
                    .put("rows", seed.rows())
                    .put("of", seed.of())
                    .put("began", seed.began().toString()));
  }
}

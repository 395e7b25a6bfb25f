package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.CapturedTables;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.events.TableName;
import dev.freshet.ingest.SnapshotProgress;
import dev.freshet.ingest.Snapshots;
import dev.freshet.ingest.Snapshots.Order;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.DidYouMean;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet snapshot}: rows of captured tables read again, while capture runs. */
@Command(
    name = "snapshot",
    description = "Write the rows of captured tables to their topics, while capture runs.",
    customSynopsis = {
      "freshet snapshot TABLE... [--where CONDITION] [OPTIONS]",
      "freshet snapshot status|pause|resume|stop [OPTIONS]"
    },
    footer = {
      "  freshet snapshot public.orders",
      "  freshet snapshot public.orders --where \"placed_at > '2026-01-01'\"",
      "  freshet snapshot status",
    })
final class SnapshotCommand implements Callable<Integer> {

  /** Of those that are over, as many are shown. */
  private static final int MOST_ENDED = 10;

  private final Terminal terminal;

  @Parameters(arity = "0..*", paramLabel = "TABLE", description = "Captured tables, with schema.")
  private List<String> tables = List.of();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "SQL: only these rows of the one table.")
  private @Nullable String where;

  @Mixin private ConfigOption config = new ConfigOption();

  SnapshotCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (tables.isEmpty() || (where != null && tables.size() > 1)) {
      terminal.say(
          tables.isEmpty()
              ? "which table?\n  hint: freshet snapshot public.orders, or: freshet snapshot status"
              : "--where is a condition for the rows of one table; found "
                  + tables.size()
                  + "\n  hint: ask for each table by itself");
      return ExitCode.WRONG_USAGE.number();
    }
    FreshetConfig read = config.read(terminal);
    boolean atOnce = snapshots(read).begin(captured(read), Optional.ofNullable(where));
    terminal.say("asked for a snapshot of " + String.join(", ", tables));
    return told(atOnce);
  }

  private List<TableName> captured(FreshetConfig read) {
    Set<TableName> known = CapturedTables.of(read).keySet();
    List<TableName> all = new ArrayList<>();
    for (String text : tables) {
      TableName table = parse(text);
      if (!known.contains(table)) {
        List<String> names = known.stream().map(TableName::toString).toList();
        throw FreshetException.failed(
            "%s is not captured".formatted(table),
            "captured are " + String.join(", ", names),
            DidYouMean.hint(names, text)
                .orElse("name it in a rule or a view, and start capture again"),
            null);
      }
      all.add(table);
    }
    return all;
  }

  private static TableName parse(String text) {
    try {
      return TableName.parse(text);
    } catch (IllegalArgumentException e) {
      throw FreshetException.failed(
          "\"%s\" is no table".formatted(text),
          String.valueOf(e.getMessage()),
          "write it with its schema: public." + text,
          e);
    }
  }

  @Command(name = "pause", description = "Let snapshots rest between two chunks; capture goes on.")
  int pause(@Mixin ConfigOption config) {
    return order(config, Order.PAUSE, "to pause");
  }

  @Command(name = "resume", description = "Let paused snapshots go on where they were.")
  int resume(@Mixin ConfigOption config) {
    return order(config, Order.RESUME, "to go on");
  }

  @Command(name = "stop", description = "End all snapshots; what was written stays.")
  int stop(@Mixin ConfigOption config) {
    return order(config, Order.STOP, "to end");
  }

  private int order(ConfigOption config, Order order, String what) {
    boolean atOnce = snapshots(config.read(terminal)).order(order);
    terminal.say("asked the snapshots " + what);
    return told(atOnce);
  }

  private int told(boolean atOnce) {
    terminal.say(
        atOnce
            ? "see how far it is with: freshet snapshot status"
            : "nobody reads the log now: it is seen when capture runs again");
    return ExitCode.DONE.number();
  }

  @Command(name = "status", description = "Show how far snapshots are.")
  int status(
      @Mixin ConfigOption config,
      @Option(names = "--json", description = "Print an array, the oldest first.") boolean json) {
    List<SnapshotProgress> all = snapshots(config.read(terminal)).progress();
    if (json) {
      ArrayNode array = Json.object().putArray("snapshots");
      all.forEach(one -> array.add(tree(one)));
      Json.print(terminal, array);
    } else if (all.isEmpty()) {
      terminal.say("no snapshot in the last seven days");
    } else {
      long over = all.stream().filter(SnapshotProgress::ended).count();
      all.stream().filter(one -> !one.ended()).forEach(this::print);
      all.stream()
          .filter(SnapshotProgress::ended)
          .skip(Math.max(0, over - MOST_ENDED))
          .forEach(this::print);
    }
    return ExitCode.DONE.number();
  }

  private void print(SnapshotProgress one) {
    Duration took = Duration.ofMillis(one.toldMillis() - one.beganMillis());
    String where =
        one.ended()
            ? "%,d rows".formatted(one.rows())
            : "%s, key %s of %s".formatted(one.table(), one.lastKey(), one.endKey());
    terminal
        .out()
        .printf(
            "%-12s %s  %s, %s, in %.1f s%n",
            one.state().replace('_', ' '),
            Instant.ofEpochMilli(one.beganMillis()).truncatedTo(ChronoUnit.SECONDS),
            one.tables(),
            where,
            took.toMillis() / 1000.0);
  }

  private static ObjectNode tree(SnapshotProgress one) {
    return Json.object()
        .put("id", one.id())
        .put("state", one.state())
        .put("tables", one.tables())
        .put("table", one.table())
        .put("last_key", one.lastKey())
        .put("end_key", one.endKey())
        .put("rows", one.rows())
        .put("began_ms", one.beganMillis())
        .put("told_ms", one.toldMillis());
  }

  private static Snapshots snapshots(FreshetConfig read) {
    return new Snapshots(read.ingest(), read.postgres(), read.kafka().connection(), read.topics());
  }
}

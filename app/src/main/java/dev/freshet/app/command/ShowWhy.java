package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.console.api.Why;
import dev.freshet.events.Applied;
import dev.freshet.ingest.Horizon;
import dev.freshet.invalidation.CacheView;
import dev.freshet.runtime.FreshetException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet why}. */
@Command(
    name = "why",
    description = "The row change that last deleted KEY, and whether it would be stored now.",
    footer = {
      "  freshet why cache:org:7:summary",
      "  freshet why --tag org:7                      # the change that last made a tag stale,",
      "                                               # and who keeps its entries from being stored",
      "  freshet why org:7:page --url http://shop:8088 --watch",
    })
final class ShowWhy implements Callable<Integer> {

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();
  private @Nullable Why shown;

  @Parameters(
      paramLabel = "KEY",
      description = "A key of Freshet's cache, or any Redis key in full; or a tag, with --tag.")
  private String name = "";

  @Mixin private ConsoleOption console = new ConsoleOption();
  @Mixin private Look look = new Look();

  @Option(
      names = "--tag",
      description = "KEY is a tag (or a key or tag set of a rule): what last made it stale?")
  private boolean tag;

  ShowWhy(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    ConsoleClient client = console.named(terminal).orElse(null);
    if (client != null) {
      String path = ConsoleClient.path("/api/v1/why", tag ? "tag" : "key", name);
      look.turns(terminal, () -> show(client.find(path, Why.class), Optional.empty()));
      return ExitCode.DONE.number();
    }
    FreshetConfig read = console.read(terminal);
    try (TopicReader reader = new TopicReader(read, "freshet-why")) {
      Causes causes = new Causes(reader, read.topics(), read.namespace());
      look.turns(
          terminal, () -> show(tag ? causes.ofTag(name) : causes.ofKey(name), Optional.of(read)));
    }
    return ExitCode.DONE.number();
  }

  /**
   * Shows what was not shown yet; says whether to look again.
   *
   * @param read whose Redis and Postgres say whether it would be stored now
   */
  private boolean show(Optional<Why> found, Optional<FreshetConfig> read) {
    Why why = found.orElse(null);
    if (why == null) {
      if (!look.watch()) {
        throw tag ? noSuchTag() : noSuchKey();
      }
      look.sayOnce(terminal, "nothing is known of \"%s\" yet; waiting".formatted(name));
      return true;
    }
    if (why.equals(shown)) {
      return look.watch();
    }
    shown = why;
    Optional<FillOutlook> outlook = read.map(config -> outlook(config, why));
    if (look.json()) {
      ObjectNode line = Json.of(why);
      outlook.ifPresent(now -> now.addTo(line));
      Json.print(terminal, line);
    } else {
      print(why, outlook.map(FillOutlook::lines).orElse(List.of()));
    }
    return look.watch();
  }

  private FillOutlook outlook(FreshetConfig read, Why why) {
    Set<String> tags = tag ? Set.of(name) : Set.copyOf(why.tags());
    return FillOutlook.of(
        CacheView.of(read.redis().uri(), read.topics(), read.invalidation().buckets(), name, tags),
        Horizon.of(read.postgres()));
  }

  private FreshetException noSuchKey() {
    return FreshetException.failed(
        "nothing is known of a deletion of \"%s\"".formatted(name),
        "Freshet names up to %d keys of each batch, and keeps that for a day; a console for an hour"
            .formatted(Applied.MAX_DELETIONS),
        "search by tag, which is complete: freshet why --tag TAG",
        null);
  }

  private FreshetException noSuchTag() {
    return FreshetException.failed(
        "no row change made \"%s\" stale".formatted(name),
        "within the retention of the invalidations topic; a console remembers an hour",
        "watch what becomes stale: freshet tail --since 1h",
        null);
  }

  private void print(Why why, List<String> outlook) {
    if (tag) {
      terminal
          .out()
          .printf(
              "%s  stale since %s%n",
              Printable.text(name), Wording.time(why.committed(), clock.instant()));
    } else {
      Double after = why.msAfterCommit();
      terminal
          .out()
          .printf(
              "%s  deleted %s%s%n",
              Printable.text(name),
              Wording.time(why.deleted(), clock.instant()),
              after == null ? "" : ", %d ms after commit".formatted(after.longValue()));
    }
    terminal
        .out()
        .println("  row    " + Wording.row(why.table(), why.row(), why.operation(), why.lsn()));
    terminal
        .out()
        .println(
            tag
                ? "  names  " + Wording.names(why.tags(), why.tagSets(), why.keys())
                : "  tags   " + Wording.sorted(why.tags()));
    outlook.stream()
        .skip(tag ? 1 : 0) // a tag is not in the cache
        .forEach(line -> terminal.out().println("  " + line));
  }
}

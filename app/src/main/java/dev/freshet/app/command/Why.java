package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.ingest.Horizon;
import dev.freshet.invalidation.CacheView;
import dev.freshet.runtime.FreshetException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
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
    })
final class Why implements Callable<Integer> {

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();

  @Parameters(
      paramLabel = "KEY",
      description = "A key of Freshet's cache, or any Redis key in full; or a tag, with --tag.")
  private String name = "";

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--tag",
      description = "KEY is a tag (or a key or tag set of a rule): what last made it stale?")
  private boolean tag;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  Why(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    try (TopicReader reader = new TopicReader(read, "freshet-why")) {
      if (tag) {
        Invalidation.Stale stale = lastStale(reader, read).orElseThrow(this::noSuchTag);
        printStale(stale, outlook(read, Set.of(name)));
      } else {
        Death death = lastDeath(reader, read).orElseThrow(this::noSuchKey);
        Set<String> tags = namesOf(death, reader, read);
        printDeath(death, tags, outlook(read, tags));
      }
    }
    return ExitCode.DONE.number();
  }

  private FillOutlook outlook(FreshetConfig read, Set<String> tags) {
    return FillOutlook.of(
        CacheView.of(read.redis().uri(), read.topics(), read.invalidation().buckets(), name, tags),
        Horizon.of(read.postgres()));
  }

  /** A key that died, and when. */
  private record Death(Applied.Deletion deletion, long appliedMicros) {}

  private Optional<Death> lastDeath(TopicReader reader, FreshetConfig read) {
    String ending = "}:entry:" + name;
    String beginning = read.namespace() + ":{";
    return reader.newest(
        read.topics().applied(),
        record -> {
          try {
            Applied applied = AppliedJson.parse(record.value());
            return applied.deletions().stream()
                .filter(
                    deletion ->
                        deletion.key().equals(name)
                            || (deletion.key().startsWith(beginning)
                                && deletion.key().endsWith(ending)))
                .reduce((earlier, later) -> later)
                .map(deletion -> new Death(deletion, applied.appliedMicros()));
          } catch (MalformedEventException e) {
            return Optional.empty();
          }
        });
  }

  private Optional<Invalidation.Stale> lastStale(TopicReader reader, FreshetConfig read) {
    return reader.newest(
        read.topics().invalidations(),
        record ->
            stale(record.value())
                .filter(
                    stale ->
                        stale.tags().contains(name)
                            || stale.keys().contains(name)
                            || stale.tagSets().contains(name)));
  }

  /** Everything the row change made stale; only the one tag when that record is no longer kept. */
  private static Set<String> namesOf(Death death, TopicReader reader, FreshetConfig read) {
    Invalidation.Cause cause = death.deletion().cause();
    return reader
        .newest(
            read.topics().invalidations(),
            record ->
                stale(record.value())
                    .filter(stale -> stale.cause().source().lsn().equals(cause.source().lsn()))
                    .filter(stale -> stale.cause().source().key().equals(cause.source().key())))
        .map(Invalidation.Stale::tags)
        .filter(tags -> !tags.isEmpty())
        .orElseGet(() -> Set.of(death.deletion().tag()));
  }

  private static Optional<Invalidation.Stale> stale(byte[] value) {
    try {
      return InvalidationJson.parse(value) instanceof Invalidation.Stale stale
          ? Optional.of(stale)
          : Optional.empty();
    } catch (MalformedEventException e) {
      return Optional.empty();
    }
  }

  private FreshetException noSuchKey() {
    return FreshetException.failed(
        "nothing is known of a deletion of \"%s\"".formatted(name),
        "Freshet names up to %d keys of each batch, and keeps that for a day"
            .formatted(Applied.MAX_DELETIONS),
        "search by tag, which is complete: freshet why --tag TAG",
        null);
  }

  private FreshetException noSuchTag() {
    return FreshetException.failed(
        "no row change made \"%s\" stale".formatted(name),
        "within the retention of the invalidations topic",
        "watch what becomes stale: freshet tail --since 1h",
        null);
  }

  private void printDeath(Death death, Set<String> tags, FillOutlook outlook) {
    Invalidation.Cause cause = death.deletion().cause();
    long committed = cause.source().committedMicros();
    long millis = (death.appliedMicros() - committed) / 1000;
    if (json) {
      ObjectNode line =
          Json.object()
              .put("key", name)
              .put("deleted", Wording.instant(death.appliedMicros()).toString());
      if (committed > 0) {
        line.put("ms_after_commit", millis);
      }
      line.put("tag", death.deletion().tag());
      line.set("row", Wording.json(cause));
      tags.stream().sorted().forEach(line.putArray("tags")::add);
      outlook.addTo(line);
      Json.print(terminal, line);
      return;
    }
    terminal
        .out()
        .printf(
            "%s  deleted %s%s%n",
            name,
            Wording.time(death.appliedMicros(), clock.instant()),
            committed > 0 ? ", %d ms after commit".formatted(millis) : "");
    terminal.out().println("  row    " + Wording.row(cause));
    terminal.out().println("  tags   " + Wording.sorted(tags));
    outlook.lines().forEach(line -> terminal.out().println("  " + line));
  }

  private void printStale(Invalidation.Stale stale, FillOutlook outlook) {
    if (json) {
      ObjectNode line = Json.object().put("tag", name);
      line.set("row", Wording.json(stale.cause()));
      stale.tags().stream().sorted().forEach(line.putArray("tags")::add);
      outlook.addTo(line);
      Json.print(terminal, line);
      return;
    }
    long committed = stale.cause().source().committedMicros();
    terminal.out().printf("%s  stale since %s%n", name, Wording.time(committed, clock.instant()));
    terminal.out().println("  row    " + Wording.row(stale.cause()));
    terminal.out().println("  names  " + Wording.names(stale));
    outlook.lines().stream()
        .skip(1) // a tag is not in the cache
        .forEach(line -> terminal.out().println("  " + line));
  }
}

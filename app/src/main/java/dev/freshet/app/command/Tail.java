package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.console.api.Change;
import dev.freshet.console.api.FeedApi.Invalidations;
import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet tail}. */
@Command(
    name = "tail",
    description = "Follow invalidations as they happen.",
    footer = {
      "  freshet tail",
      "  freshet tail --applied --since 10m           # what Redis acknowledged",
      "  freshet tail --json --limit 100 | jq .tags",
      "  freshet tail --url http://shop:8088 --since 10m",
    })
final class Tail implements Callable<Integer> {

  private static final int SHOWN_KEYS = 5;
  private static final int PAGE = 1000;

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();
  private long left;
  private @Nullable String run;
  private long after;

  @Mixin private ConsoleOption console = new ConsoleOption();
  @Mixin private Look look = new Look();

  @Option(names = "--applied", description = "What was deleted from Redis, not what became stale.")
  private boolean applied;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "Begin that long ago: 30s, 10m, 2h. Default: now.")
  private @Nullable Duration since;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = CountOption.class,
      description = "End after N lines. Default: go on until Ctrl-C.")
  private @Nullable Long limit;

  @Spec private @Nullable CommandSpec spec;

  Tail(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<Instant> from = Optional.ofNullable(since).map(clock.instant()::minus);
    left = limit == null ? Long.MAX_VALUE : limit;
    ConsoleClient client = console.named(terminal).orElse(null);
    if (client == null) {
      FreshetConfig read = console.read(terminal);
      String topic = applied ? read.topics().applied() : read.topics().invalidations();
      try (TopicReader reader = new TopicReader(read, "freshet-tail")) {
        reader.follow(
            topic,
            from,
            record -> {
              take(record);
              return left > 0;
            });
      }
    } else if (applied && spec != null) {
      throw new ParameterException(
          spec.commandLine(), "--applied reads Kafka itself: name a config file, not --url");
    } else {
      follow(client, from.map(Instant::toString).orElse(""));
    }
    return ExitCode.DONE.number();
  }

  private void follow(ConsoleClient client, String from) throws InterruptedException {
    Invalidations first = client.get(path(0, 0), Invalidations.class);
    run = first.run();
    after = from.isEmpty() ? first.newest() : 0;
    look.turns(
        terminal,
        () -> {
          Invalidations page;
          do {
            page = client.get(path(after, PAGE), Invalidations.class);
            show(page, from);
          } while (left > 0 && page.invalidations().size() == PAGE);
          return left > 0;
        });
  }

  private static String path(long after, int limit) {
    return ConsoleClient.path(
        "/api/v1/invalidations", "after", after, "order", "oldest", "limit", limit);
  }

  private void show(Invalidations page, String from) {
    if (!Objects.equals(page.run(), run)) {
      terminal.say("the console was started anew; what came meanwhile is not shown");
      run = page.run();
      after = page.newest();
      return;
    }
    for (Change change : page.invalidations()) {
      if (after > 0 && change.number() > after + 1) {
        terminal.say(
            "%d more came than the console remembers".formatted(change.number() - after - 1));
      }
      after = change.number();
      String captured = change.captured();
      if (left > 0 && (captured == null || captured.compareTo(from) >= 0)) {
        show(change);
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (applied) {
        show(AppliedJson.parse(record.value()));
      } else if (InvalidationJson.parse(record.value()) instanceof Invalidation.Stale stale) {
        show(Change.of(0, record.partition(), record.offset(), record.timestamp(), stale));
      }
    } catch (MalformedEventException e) {
      terminal.say(
          "%s-%d offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
    }
  }

  private void show(Change change) {
    left--;
    if (look.json()) {
      Json.print(terminal, change);
      return;
    }
    terminal
        .out()
        .printf(
            "%s  %s  %s%n",
            Wording.time(
                change.committed() == null ? change.captured() : change.committed(),
                clock.instant()),
            Wording.row(change.table(), change.row(), change.operation(), change.lsn()),
            Wording.names(change.tags(), change.tagSets(), change.keys()));
  }

  private void show(Applied batch) {
    boolean heartbeatOnly = batch.tags() == 0 && batch.keysDeleted() == 0;
    if (heartbeatOnly) {
      return;
    }
    left--;
    Instant at = Instant.EPOCH.plus(batch.appliedMicros(), ChronoUnit.MICROS);
    if (look.json()) {
      ObjectNode line =
          Json.object()
              .put("applied", at.toString())
              .put("tags", batch.tags())
              .put("keys_deleted", batch.keysDeleted());
      afterCommit(batch).ifPresent(millis -> line.put("ms_after_commit", millis));
      var keys = line.putArray("deleted");
      batch.deletions().forEach(deletion -> keys.add(deletion.key()));
      Json.print(terminal, line);
    } else {
      String keys =
          Wording.sorted(
              batch.deletions().stream().map(Applied.Deletion::key).limit(SHOWN_KEYS).toList());
      String more = batch.keysDeleted() > SHOWN_KEYS ? ", ..." : "";
      terminal
          .out()
          .printf(
              "%s  %d tags, %d keys deleted%s%s%n",
              Wording.time(at, clock.instant()),
              batch.tags(),
              batch.keysDeleted(),
              afterCommit(batch).map(millis -> ", %d ms after commit".formatted(millis)).orElse(""),
              keys.isEmpty() ? "" : "  " + keys + more);
    }
  }

  private static Optional<Long> afterCommit(Applied batch) {
    return batch.oldestCommitMicros() == 0
        ? Optional.empty()
        : Optional.of((batch.appliedMicros() - batch.oldestCommitMicros()) / 1000);
  }
}

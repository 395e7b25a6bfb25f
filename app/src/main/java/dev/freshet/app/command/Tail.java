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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet tail}. */
@Command(
    name = "tail",
    description = "Follow invalidations as they happen.",
    footer = {
      "  freshet tail",
      "  freshet tail --applied --since 10m           # what Redis acknowledged",
      "  freshet tail --json --limit 100 | jq .tags",
    })
final class Tail implements Callable<Integer> {

  private static final int SHOWN_KEYS = 5;

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();

  @Mixin private ConfigOption config = new ConfigOption();

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
      defaultValue = "0",
      description = "End after N lines. Default: go on until Ctrl-C.")
  private long limit;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  Tail(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    String topic = applied ? read.topics().applied() : read.topics().invalidations();
    Optional<Instant> from = Optional.ofNullable(since).map(clock.instant()::minus);
    long[] left = {limit > 0 ? limit : Long.MAX_VALUE};
    try (TopicReader reader = new TopicReader(read, "freshet-tail")) {
      reader.follow(
          topic,
          from,
          record -> {
            if (show(record)) {
              left[0]--;
            }
            return left[0] > 0;
          });
    }
    return ExitCode.DONE.number();
  }

  /** Whether it was something to show. */
  private boolean show(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (applied) {
        return show(AppliedJson.parse(record.value()));
      }
      return InvalidationJson.parse(record.value()) instanceof Invalidation.Stale stale
          && show(stale);
    } catch (MalformedEventException e) {
      terminal.say(
          "%s-%d offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
      return false;
    }
  }

  private boolean show(Invalidation.Stale stale) {
    if (json) {
      ObjectNode line = Json.object();
      stale.tags().stream().sorted().forEach(line.putArray("tags")::add);
      stale.keys().stream().sorted().forEach(line.putArray("keys")::add);
      stale.tagSets().stream().sorted().forEach(line.putArray("tag_sets")::add);
      line.set("row", Wording.json(stale.cause()));
      Json.print(terminal, line);
    } else {
      long committed = stale.cause().source().committedMicros();
      terminal
          .out()
          .printf(
              "%s  %s  %s%n",
              Wording.time(committed, clock.instant()),
              Wording.row(stale.cause()),
              Wording.names(stale));
    }
    return true;
  }

  private boolean show(Applied batch) {
    boolean heartbeatOnly = batch.tags() == 0 && batch.keysDeleted() == 0;
    if (heartbeatOnly) {
      return false;
    }
    if (json) {
      ObjectNode line =
          Json.object()
              .put("applied", Wording.instant(batch.appliedMicros()).toString())
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
              Wording.time(batch.appliedMicros(), clock.instant()),
              batch.tags(),
              batch.keysDeleted(),
              afterCommit(batch).map(millis -> ", %d ms after commit".formatted(millis)).orElse(""),
              keys.isEmpty() ? "" : "  " + keys + more);
    }
    return true;
  }

  private static Optional<Long> afterCommit(Applied batch) {
    return batch.oldestCommitMicros() == 0
        ? Optional.empty()
        : Optional.of((batch.appliedMicros() - batch.oldestCommitMicros()) / 1000);
  }
}

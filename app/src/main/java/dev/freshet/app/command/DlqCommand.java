package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.DeadLetterMark.Outcome;
import dev.freshet.events.DeadLetterMark.Place;
import dev.freshet.runtime.FreshetException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet dlq}: records nobody could read, looked at, sent again, dropped. */
@Command(
    name = "dlq",
    description = "Records nobody could read: list them, show one, send them again, drop them.",
    customSynopsis = "freshet dlq list | show ID | redrive|drop [ID] [OPTIONS]",
    footer = {
      "  freshet dlq list --topic 'shop.cdc.*' --since 1d",
      "  freshet dlq show 0:1234",
      "  freshet dlq redrive --stage invalidation-stream --yes",
      "  freshet dlq drop --reason 'not JSON' --yes",
    })
final class DlqCommand {

  private final Terminal terminal;
  private final InstantSource clock = InstantSource.system();

  DlqCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  private record Found(Place place, DeadLetter letter, Optional<Outcome> outcome) {}

  @Command(name = "list", description = "The letters that wait, the newest first.")
  int list(
      @Mixin LetterFilter filter,
      @Option(names = "--all", description = "Those that were redriven or dropped as well.")
          boolean all,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most so many, 1 to 10000. Default: ${DEFAULT-VALUE}.")
          int limit,
      @Option(names = "--json", description = "One JSON object per line.") boolean json,
      @Mixin ConfigOption config) {
    if (limit < 1 || limit > LetterRun.MOST) {
      return wrong("--limit is 1 to %d, found %d".formatted(LetterRun.MOST, limit), "");
    }
    FreshetConfig read = config.read(terminal);
    Instant now = clock.instant();
    Deque<Found> newest = new ArrayDeque<>();
    long[] matching = {0};
    try (TopicReader reader = new TopicReader(read, "freshet-dlq")) {
      Optional<Instant> since = filter.since(now);
      LetterBox box = LetterBox.open(reader, read.topics().deadLetters(), since);
      box.forEach(
          since,
          (place, letter, record) -> {
            Optional<Outcome> outcome = box.outcome(place, letter);
            if (filter.matches(letter, now) && (all || outcome.isEmpty())) {
              matching[0]++;
              newest.addLast(new Found(place, letter, outcome));
              if (newest.size() > limit) {
                newest.removeFirst();
              }
            }
          });
    }
    LetterText text = text(read, now);
    for (Iterator<Found> each = newest.descendingIterator(); each.hasNext(); ) {
      Found one = each.next();
      if (json) {
        Json.print(terminal, text.json(one.place(), one.letter(), one.outcome()));
      } else {
        terminal.out().println(text.line(one.place(), one.letter(), one.outcome()));
      }
    }
    if (matching[0] == 0) {
      terminal.say("no dead letters" + (all || filter.isSet() ? " like that" : " wait"));
    } else if (matching[0] > limit) {
      terminal.say(
          "%,d older ones are not shown; see --limit".formatted(matching[0] - newest.size()));
    }
    return ExitCode.DONE.number();
  }

  @Command(name = "show", description = "One letter: origin, reason, headers, key and value.")
  int show(
      @Parameters(paramLabel = "ID", description = "Its partition:offset, from the list.")
          String id,
      @Option(names = "--json", description = "One JSON object.") boolean json,
      @Mixin ConfigOption config) {
    Place place = Place.parse(id);
    if (place == null) {
      return wrong(notAnId(id), "");
    }
    FreshetConfig read = config.read(terminal);
    LetterText text = text(read, clock.instant());
    try (TopicReader reader = new TopicReader(read, "freshet-dlq")) {
      LetterBox box = LetterBox.open(reader, read.topics().deadLetters(), Optional.empty());
      boolean found =
          box.at(
              place,
              (at, letter, record) -> {
                Optional<Outcome> outcome = box.outcome(at, letter);
                if (json) {
                  Json.print(terminal, text.wholeJson(at, letter, outcome, record));
                } else {
                  text.print(terminal.out(), at, letter, outcome, record);
                }
              });
      if (!found) {
        throw noLetter(place, read);
      }
    }
    return ExitCode.DONE.number();
  }

  @Command(
      name = "redrive",
      description = "Send records back to where they came from, each once, as they were.")
  int redrive(
      @Parameters(arity = "0..1", paramLabel = "ID", description = "One letter.")
          @Nullable String id,
      @Mixin LetterFilter filter,
      @Option(names = "--all", description = "Every letter that waits.") boolean all,
      @Option(names = "--again", description = "Even what was redriven or dropped before.")
          boolean again,
      @Option(names = "--yes", description = "Do it; not needed for one ID.") boolean yes,
      @Mixin ConfigOption config) {
    return settle(Outcome.REDRIVEN, id, filter, all, again, yes, config);
  }

  @Command(
      name = "drop",
      description = "Mark letters as of no use: they are not listed or redriven any more.")
  int drop(
      @Parameters(arity = "0..1", paramLabel = "ID", description = "One letter.")
          @Nullable String id,
      @Mixin LetterFilter filter,
      @Option(names = "--all", description = "Every letter that waits.") boolean all,
      @Option(names = "--yes", description = "Do it; not needed for one ID.") boolean yes,
      @Mixin ConfigOption config) {
    return settle(Outcome.DROPPED, id, filter, all, false, yes, config);
  }

  private int settle(
      Outcome outcome,
      @Nullable String id,
      LetterFilter filter,
      boolean all,
      boolean again,
      boolean yes,
      ConfigOption config) {
    if (id == null && !all && !filter.isSet()) {
      return wrong("which letters?", "give an ID, a filter such as --stage, or --all");
    }
    if (id != null && (all || filter.isSet())) {
      return wrong("an ID chooses one letter, a filter or --all many", "give one of them");
    }
    Place place = id == null ? null : Place.parse(id);
    if (id != null && place == null) {
      return wrong(notAnId(id), "");
    }
    FreshetConfig read = config.read(terminal);
    LetterRun run = new LetterRun(terminal, read, clock.instant(), outcome, again);
    if (place != null) {
      if (!run.one(place)) {
        throw noLetter(place, read);
      }
    } else if (yes) {
      run.all(filter);
    } else {
      run.preview(filter);
      return ExitCode.WRONG_USAGE.number();
    }
    return (run.refused() == 0 ? ExitCode.DONE : ExitCode.FAILED).number();
  }

  private LetterText text(FreshetConfig read, Instant now) {
    return new LetterText(new LetterMask(read.deadLetters().mask(), read.topics()), now);
  }

  private int wrong(String what, String hint) {
    terminal.say(what + (hint.isEmpty() ? "" : "\n  hint: " + hint));
    return ExitCode.WRONG_USAGE.number();
  }

  private static String notAnId(String id) {
    return "\"%s\" is no ID; it is partition:offset, as freshet dlq list prints it"
        .formatted(Printable.text(id));
  }

  private static FreshetException noLetter(Place place, FreshetConfig read) {
    return FreshetException.failed(
        "there is no dead letter " + place,
        read.topics().deadLetters() + " has none there: never, or not any more",
        "see what there is with: freshet dlq list --all",
        null);
  }
}

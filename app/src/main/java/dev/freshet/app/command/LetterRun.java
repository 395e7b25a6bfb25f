package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.DeadLetterMark;
import dev.freshet.events.DeadLetterMark.Outcome;
import dev.freshet.events.DeadLetterMark.Place;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One redrive or one drop of some letters, the oldest first. */
final class LetterRun {

  /** Letters that one run settles at most. */
  static final int MOST = 10_000;

  private static final int MOST_TOLD = 10; // refusals told one by one

  private final Terminal terminal;
  private final FreshetConfig config;
  private final Instant now;
  private final Outcome outcome;
  private final boolean again;
  private final Set<String> origins = new HashSet<>();
  private int done;
  private int refused;
  private int before;
  private int left;
  private boolean changes;

  LetterRun(Terminal terminal, FreshetConfig config, Instant now, Outcome outcome, boolean again) {
    this.terminal = terminal;
    this.config = config;
    this.now = now;
    this.outcome = outcome;
    this.again = again;
  }

  /** Letters that must not go where they came from. */
  int refused() {
    return refused;
  }

  /** Settles one letter; whether there is one. */
  boolean one(Place place) {
    return run(
        Optional.empty(),
        (box, settle) -> box.at(place, (at, letter, record) -> settle.take(at, letter, record)));
  }

  /** Settles what matches. */
  void all(LetterFilter filter) {
    Optional<Instant> since = filter.since(now);
    run(
        since,
        (box, settle) -> {
          box.forEach(
              since,
              (place, letter, record) -> {
                if (filter.matches(letter, now)) {
                  settle.take(place, letter, record);
                }
              });
          return true;
        });
  }

  private interface Choice {
    boolean give(LetterBox box, LetterBox.Reader settle);
  }

  private boolean run(Optional<Instant> since, Choice choice) {
    // The writer first: whoever settled before has ended when the marks are read.
    try (LetterWriter writer = LetterWriter.open(config);
        TopicReader reader = new TopicReader(config, "freshet-dlq")) {
      Map<String, Integer> partitions = reader.partitionCounts();
      LetterBox box = LetterBox.open(reader, config.topics().deadLetters(), since);
      boolean found =
          choice.give(
              box,
              (place, letter, record) -> settle(box, writer, partitions, place, letter, record));
      writer.commit();
      if (found) {
        tell();
      }
      return found;
    }
  }

  private void settle(
      LetterBox box,
      LetterWriter writer,
      Map<String, Integer> partitions,
      Place place,
      DeadLetter letter,
      ConsumerRecord<byte[], byte[]> record) {
    boolean settled = box.outcome(place, letter).isPresent();
    if (!again && (settled || !isNew(letter))) {
      before++;
      return;
    }
    if (done >= MOST) {
      left++;
      return;
    }
    if (outcome == Outcome.DROPPED) {
      writer.drop(place, letter);
    } else {
      Optional<String> refusal = refusal(letter, partitions);
      if (refusal.isPresent()) {
        refused++;
        if (refused <= MOST_TOLD) {
          terminal.say("%s is not redriven: %s".formatted(place, Printable.text(refusal.get())));
        }
        return;
      }
      changes |= letter.topic().startsWith(config.topics().changePrefix() + ".");
      writer.redrive(place, letter, record);
    }
    done++;
  }

  /** Whether no other letter of this run is about the same record; a drop is about letters. */
  private boolean isNew(DeadLetter letter) {
    return outcome == Outcome.DROPPED || origins.add(DeadLetterMark.originOf(letter));
  }

  private Optional<String> refusal(DeadLetter letter, Map<String, Integer> partitions) {
    String topic = letter.topic();
    if (letter.part().equals(DeadLetter.Part.FRAGMENT)) {
      return Optional.of("it is a piece of a binary batch, which says nothing alone");
    }
    if (letter.part().equals(DeadLetter.Part.REST) && !again) {
      return Optional.of("some of its record was used, and would be twice; --again does it still");
    }
    if (topic.equals(config.topics().commits())) {
      return Optional.of(
          topic + " has the order of commits; mend the view: freshet view rebuild NAME");
    }
    if (topic.equals(config.topics().alerts())) {
      return Optional.of(topic + " has the newest state of each alert; an older one would hide it");
    }
    if (letter.partition() >= partitions.getOrDefault(topic, 0)) {
      return Optional.of("there is no partition %d of %s".formatted(letter.partition(), topic));
    }
    return Optional.empty();
  }

  private void tell() {
    String what = outcome == Outcome.REDRIVEN ? "redriven" : "dropped";
    terminal.say(
        "%,d %s%s%s"
            .formatted(
                done,
                what,
                before == 0 ? "" : ", %,d were settled before".formatted(before),
                refused == 0 ? "" : ", %,d refused".formatted(refused)));
    if (done == 0 && before > 0 && outcome == Outcome.REDRIVEN) {
      terminal.err().println("  hint: --again redrives what was redriven or dropped before");
    }
    if (left > 0) {
      terminal.err().printf("  hint: %,d more wait; run it again%n", left);
    }
    if (changes && !config.views().isEmpty()) {
      terminal
          .err()
          .println(
              "  hint: a row may have changed since; compare the views: freshet view verify --all");
    }
  }

  /** Says what would be settled, by stage and topic. */
  void preview(LetterFilter filter) {
    Map<String, Integer> counts = new TreeMap<>();
    Optional<Instant> since = filter.since(now);
    try (TopicReader reader = new TopicReader(config, "freshet-dlq")) {
      LetterBox box = LetterBox.open(reader, config.topics().deadLetters(), since);
      box.forEach(
          since,
          (place, letter, record) -> {
            boolean waits = box.outcome(place, letter).isEmpty();
            if (filter.matches(letter, now) && (waits || again)) {
              counts.merge(letter.stage() + ", from " + letter.topic(), 1, Integer::sum);
            }
          });
    }
    int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
    String verb = outcome == Outcome.REDRIVEN ? "redrive" : "drop";
    terminal.say("this would %s %,d dead letters".formatted(verb, sum));
    counts.forEach(
        (which, count) -> terminal.err().printf("  %,d of %s%n", count, Printable.text(which)));
    terminal.err().println("  hint: the same with --yes does it");
  }
}

package dev.freshet.app.command;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.DeadLetterMark;
import dev.freshet.events.DeadLetterMark.Outcome;
import dev.freshet.events.DeadLetterMark.Place;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The dead-letter topic as a box of letters, each waiting until a mark says what became of it.
 * Reads the topic twice: marks come after their letters. Keeps the marks, never the letters.
 */
final class LetterBox {

  private final TopicReader reader;
  private final String topic;
  private final Map<Place, Outcome> marked = new HashMap<>();
  private final Set<String> redriven = new HashSet<>();

  private LetterBox(TopicReader reader, String topic) {
    this.reader = reader;
    this.topic = topic;
  }

  /** A box as it is now, with the marks of letters since then. */
  static LetterBox open(TopicReader reader, String topic, Optional<Instant> since) {
    LetterBox box = new LetterBox(reader, topic);
    reader.upToNow(topic, since, box::takeMark);
    return box;
  }

  private void takeMark(ConsumerRecord<byte[], byte[]> record) {
    DeadLetterMark mark = DeadLetterMark.from(record.headers());
    if (mark != null) {
      marked.put(mark.place(), mark.outcome());
      if (mark.outcome() == Outcome.REDRIVEN) {
        redriven.add(mark.origin());
      }
    }
  }

  /** Takes a letter and the record that carries it. */
  interface Reader {
    void take(Place place, DeadLetter letter, ConsumerRecord<byte[], byte[]> record);
  }

  /** Gives the letters since then, the oldest of a partition first. */
  void forEach(Optional<Instant> since, Reader take) {
    reader.upToNow(topic, since, record -> give(record, take));
  }

  /** Gives the letter at a place; whether there is one. */
  boolean at(Place place, Reader take) {
    boolean[] found = {false};
    reader
        .at(new TopicPartition(topic, place.partition()), place.offset())
        .ifPresent(
            record ->
                give(
                    record,
                    (where, letter, whole) -> {
                      found[0] = true;
                      take.take(where, letter, whole);
                    }));
    return found[0];
  }

  private static void give(ConsumerRecord<byte[], byte[]> record, Reader take) {
    DeadLetter letter = DeadLetter.from(record.headers());
    if (letter != null) {
      take.take(new Place(record.partition(), record.offset()), letter, record);
    }
  }

  /** What became of a letter; empty while it waits. */
  Optional<Outcome> outcome(Place place, DeadLetter letter) {
    Outcome own = marked.get(place);
    return own == null && redriven.contains(DeadLetterMark.originOf(letter))
        ? Optional.of(Outcome.REDRIVEN) // another stage's letter about the same record
        : Optional.ofNullable(own);
  }
}

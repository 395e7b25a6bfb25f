package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.DeadLetterMark.Outcome;
import dev.freshet.events.DeadLetterMark.Place;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A dead letter as people and programs read it; masked. */
record LetterText(LetterMask mask, Instant now) {

  private static final int LONGEST_SHOWN = 16 << 10; // characters of a value in a terminal

  static String outcome(Optional<Outcome> outcome) {
    return outcome.map(one -> one.name().toLowerCase(Locale.ROOT)).orElse("waiting");
  }

  private static String origin(DeadLetter letter) {
    return "%s-%d@%d".formatted(letter.topic(), letter.partition(), letter.offset());
  }

  String line(Place place, DeadLetter letter, Optional<Outcome> outcome) {
    return Printable.text(
        "%-10s %-8s  %s  %-31s  %s  %s"
            .formatted(
                place,
                outcome(outcome),
                Wording.time(Instant.ofEpochMilli(letter.timeMillis()), now),
                letter.stage(),
                origin(letter),
                firstLine(letter.reason(), mask.reason(letter))));
  }

  /** Of a reason of several lines the first; it was made printable before it was cut. */
  private static String firstLine(String reason, String shown) {
    String escaped = "\\u000a";
    int end = reason.indexOf('\n') < 0 ? -1 : shown.indexOf(escaped);
    return end < 0 ? shown : shown.substring(0, end);
  }

  ObjectNode json(Place place, DeadLetter letter, Optional<Outcome> outcome) {
    ObjectNode node =
        Json.object()
            .put("id", place.toString())
            .put("outcome", outcome(outcome))
            .put("time", Instant.ofEpochMilli(letter.timeMillis()).toString())
            .put("stage", letter.stage())
            .put("topic", letter.topic())
            .put("partition", letter.partition())
            .put("offset", letter.offset())
            .put("timestamp", Instant.ofEpochMilli(letter.timestampMillis()).toString())
            .put("reason", mask.reason(letter));
    if (!letter.part().equals(DeadLetter.Part.WHOLE)) {
      node.put("part", letter.part().text());
    }
    return node;
  }

  ObjectNode wholeJson(
      Place place,
      DeadLetter letter,
      Optional<Outcome> outcome,
      ConsumerRecord<byte[], byte[]> record) {
    ObjectNode node = json(place, letter, outcome);
    ArrayNode headers = node.putArray("headers");
    for (Header header : DeadLetter.original(record.headers())) {
      headers
          .addObject()
          .put("name", header.key())
          .put("value", mask.shown(letter, header.value()));
    }
    return node.put("key", mask.shown(letter, record.key()))
        .put("value", mask.shown(letter, record.value()));
  }

  void print(
      PrintStream out,
      Place place,
      DeadLetter letter,
      Optional<Outcome> outcome,
      ConsumerRecord<byte[], byte[]> record) {
    out.printf("%s  %s%n", place, outcome(outcome));
    field(
        out,
        "origin",
        "%s, written %s"
            .formatted(
                origin(letter), Wording.time(Instant.ofEpochMilli(letter.timestampMillis()), now)));
    field(out, "stage", letter.stage());
    field(out, "given up", Wording.time(Instant.ofEpochMilli(letter.timeMillis()), now));
    field(out, "reason", mask.reason(letter));
    field(out, "part", part(letter.part()));
    for (Header header : DeadLetter.original(record.headers())) {
      field(out, "header", header.key() + " = " + shortened(letter, header.value()));
    }
    field(out, "key", shortened(letter, record.key()));
    field(out, "value", shortened(letter, record.value()));
  }

  static String part(DeadLetter.Part part) {
    if (part.index().isPresent()) {
      return "event %d of the record; the others were used".formatted(part.index().getAsInt() + 1);
    }
    if (part.equals(DeadLetter.Part.REST)) {
      return "the whole record, of which some was used";
    }
    return part.equals(DeadLetter.Part.FRAGMENT)
        ? "a piece that says nothing without its record"
        : "the whole record";
  }

  private String shortened(DeadLetter letter, byte @Nullable [] bytes) {
    String shown = mask.shown(letter, bytes);
    if (shown == null || bytes == null) {
      return "(null)";
    }
    return shown.length() <= LONGEST_SHOWN
        ? shown
        : "%s… (%,d bytes; all of it with --json)"
            .formatted(shown.substring(0, LONGEST_SHOWN), bytes.length);
  }

  private static void field(PrintStream out, String name, String text) {
    out.printf("  %-9s %s%n", name, Printable.text(text));
  }
}

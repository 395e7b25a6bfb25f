package dev.freshet.events;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What became of a dead letter: a record without key and value in the letter's own partition of the
 * dead-letter topic, later than the letter.
 *
 * @param place the letter
 * @param outcome what was done with it
 * @param origin {@link #originOf} the letter
 */
public record DeadLetterMark(Place place, Outcome outcome, String origin) {

  /** What may become of a dead letter. */
  public enum Outcome {
    REDRIVEN,
    DROPPED
  }

  /** Where a record is in the dead-letter topic; written {@code partition:offset}. */
  public record Place(int partition, long offset) {

    private static final Pattern FORM = Pattern.compile("(?:([0-9]{1,9}):)?([0-9]{1,18})");

    /** Reads {@code partition:offset}, or an offset of partition 0; null when it is neither. */
    public static @Nullable Place parse(String text) {
      Matcher parts = FORM.matcher(text);
      if (!parts.matches()) {
        return null;
      }
      String partition = parts.group(1);
      return new Place(
          partition == null ? 0 : Integer.parseInt(partition), Long.parseLong(parts.group(2)));
    }

    @Override
    public String toString() {
      return partition + ":" + offset;
    }
  }

  private static final String LETTER = "freshet.mark.letter";
  private static final String OUTCOME = "freshet.mark.outcome";
  private static final String ORIGIN = "freshet.mark.origin";

  /** One text for all letters about the same part of the same record. */
  public static String originOf(DeadLetter letter) {
    return "%s:%d:%d:%s"
        .formatted(letter.topic(), letter.partition(), letter.offset(), letter.part().text());
  }

  /** Adds this to the headers of the mark. */
  public void addTo(Headers headers) {
    headers.add(LETTER, bytes(place.toString()));
    headers.add(OUTCOME, bytes(outcome.name().toLowerCase(Locale.ROOT)));
    headers.add(ORIGIN, bytes(origin));
  }

  /** The mark in a record's headers; null when it is none. */
  public static @Nullable DeadLetterMark from(Headers headers) {
    Place place = Place.parse(text(headers, LETTER));
    String outcome = text(headers, OUTCOME);
    for (Outcome one : Outcome.values()) {
      if (place != null && one.name().equalsIgnoreCase(outcome)) {
        return new DeadLetterMark(place, one, text(headers, ORIGIN));
      }
    }
    return null;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}

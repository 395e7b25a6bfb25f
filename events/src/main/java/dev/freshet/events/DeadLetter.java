package dev.freshet.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Where a record came from that nobody could read, and why. It travels as headers behind the
 * record's own on the dead-letter topic, so that key, value and headers stay byte for byte what
 * they were.
 *
 * @param topic origin topic
 * @param partition origin partition
 * @param offset origin offset
 * @param timestampMillis the record's own timestamp, milliseconds since 1970
 * @param stage who gave up, for example {@code invalidation-stream}
 * @param reason why, for people; cut after {@value #LONGEST_REASON} characters
 * @param timeMillis when that was, milliseconds since 1970
 * @param part which part of the record this is
 */
public record DeadLetter(
    String topic,
    int partition,
    long offset,
    long timestampMillis,
    String stage,
    String reason,
    long timeMillis,
    Part part) {

  /** How much of a reason is kept: it may quote what came. */
  public static final int LONGEST_REASON = 1000;

  private static final String TOPIC = "freshet.origin.topic";
  private static final String PARTITION = "freshet.origin.partition";
  private static final String OFFSET = "freshet.origin.offset";
  private static final String TIMESTAMP = "freshet.origin.timestamp";
  private static final String STAGE = "freshet.stage";
  private static final String REASON = "freshet.reason";
  private static final String TIME = "freshet.time";
  private static final String PART = "freshet.part";
  private static final List<String> ALL =
      List.of(TOPIC, PARTITION, OFFSET, TIMESTAMP, STAGE, REASON, TIME, PART);

  /** How a letter's value relates to the value of the record it came from. */
  public record Part(String text) {

    /** The whole record, of which nothing was used. */
    public static final Part WHOLE = new Part("");

    /** The whole record, of which some was used: sending it again would use that twice. */
    public static final Part REST = new Part("rest");

    /** A piece that says nothing without the rest of its record, which was used. */
    public static final Part FRAGMENT = new Part("fragment");

    /** One piece of the record, by its place in it, from 0: the others were handled. */
    public static Part piece(int index) {
      return new Part(Integer.toString(index));
    }

    /** The place of the piece; empty when it is the whole record. */
    public OptionalInt index() {
      return isNumber(text) ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }
  }

  public DeadLetter {
    reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "…" : reason;
  }

  /** Adds this behind a record's headers. */
  public void addTo(Headers headers) {
    add(headers, TOPIC, topic);
    add(headers, PARTITION, Integer.toString(partition));
    add(headers, OFFSET, Long.toString(offset));
    add(headers, TIMESTAMP, Long.toString(timestampMillis));
    add(headers, STAGE, stage);
    add(headers, REASON, reason);
    add(headers, TIME, Long.toString(timeMillis));
    if (!part.equals(Part.WHOLE)) {
      add(headers, PART, part.text());
    }
  }

  private static void add(Headers headers, String name, String text) {
    headers.add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** What {@link #addTo} added last; null when the headers carry none, or not all of it. */
  public static @Nullable DeadLetter from(Headers headers) {
    String topic = text(headers, TOPIC);
    String partition = text(headers, PARTITION);
    String offset = text(headers, OFFSET);
    String timestamp = text(headers, TIMESTAMP);
    String time = text(headers, TIME);
    if (topic.isEmpty()
        || !isNumber(partition)
        || !isLong(offset)
        || !isLong(timestamp)
        || !isLong(time)) {
      return null;
    }
    return new DeadLetter(
        topic,
        Integer.parseInt(partition),
        Long.parseLong(offset),
        Long.parseLong(timestamp),
        text(headers, STAGE),
        text(headers, REASON),
        Long.parseLong(time),
        new Part(text(headers, PART)));
  }

  /** The headers the record had before {@link #addTo}, in their order. */
  public static Headers original(Headers letter) {
    List<Header> all = new ArrayList<>(List.of(letter.toArray()));
    int at = all.size() - 1;
    while (at >= 0 && !all.get(at).key().equals(TOPIC)) {
      at--;
    }
    // Only what was added last: a name of ours before it belonged to the record.
    for (String name : ALL) {
      if (at >= 0 && at < all.size() && all.get(at).key().equals(name)) {
        all.remove(at);
      }
    }
    return new RecordHeaders(all);
  }

  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]{1,9}");
  }

  private static boolean isLong(String text) {
    return text.matches("-?[0-9]{1,18}");
  }
}

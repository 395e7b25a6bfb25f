package dev.freshet.events;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Where a record came from that nobody could read, and why; carried in the headers of the
 * dead-letter topic, so that key and value stay byte for byte what they were.
 *
 * @param topic origin topic
 * @param partition origin partition
 * @param offset origin offset
 * @param stage who gave up, for example {@code invalidation-stream}
 * @param reason why, for people
 */
public record DeadLetter(String topic, int partition, long offset, String stage, String reason) {

  private static final String TOPIC = "freshet.origin.topic";
  private static final String PARTITION = "freshet.origin.partition";
  private static final String OFFSET = "freshet.origin.offset";
  private static final String STAGE = "freshet.stage";
  private static final String REASON = "freshet.reason";

  /** Adds this origin to a record's headers. */
  public void addTo(Headers headers) {
    headers
        .add(TOPIC, bytes(topic))
        .add(PARTITION, bytes(Integer.toString(partition)))
        .add(OFFSET, bytes(Long.toString(offset)))
        .add(STAGE, bytes(stage))
        .add(REASON, bytes(reason));
  }

  /** The origin in a record's headers; null when they carry none. */
  public static @Nullable DeadLetter from(Headers headers) {
    String topic = text(headers, TOPIC);
    String partition = text(headers, PARTITION);
    String offset = text(headers, OFFSET);
    if (topic == null || partition == null || offset == null) {
      return null;
    }
    String stage = text(headers, STAGE);
    String reason = text(headers, REASON);
    return new DeadLetter(
        topic,
        Integer.parseInt(partition),
        Long.parseLong(offset),
        stage == null ? "" : stage,
        reason == null ? "" : reason);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String text(Headers headers, String name) {
    var header = headers.lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }
}

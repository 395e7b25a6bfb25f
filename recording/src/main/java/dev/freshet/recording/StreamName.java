package dev.freshet.recording;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.TopicPartition;

/** A partition as the text {@code partition topic}. */
final class StreamName {

  private StreamName() {}

  static byte[] write(TopicPartition partition) {
    return (partition.partition() + " " + partition.topic()).getBytes(StandardCharsets.UTF_8);
  }

  /** The inverse; an {@link IllegalArgumentException} when it is none. */
  static TopicPartition read(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int blank = text.indexOf(' ');
    if (blank < 1 || blank == text.length() - 1) {
      throw new IllegalArgumentException("no name of a partition");
    }
    return new TopicPartition(text.substring(blank + 1), Integer.parseInt(text, 0, blank, 10));
  }
}

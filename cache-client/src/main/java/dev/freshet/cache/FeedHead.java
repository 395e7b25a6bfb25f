package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KeyValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the feed reads of a bucket's head.
 *
 * @param incarnation empty when there is no head
 * @param seq the number of the newest message
 * @param buckets at least 1
 * @param xmin of the newest heartbeat; 0 when there was none
 * @param committedMicros of the newest heartbeat, µs since 1970; 0 when there was none
 */
record FeedHead(String incarnation, long seq, int buckets, long xmin, long committedMicros) {

  private static final String[] FIELDS = {"incarnation", "seq", "buckets", "xmin", "committed_us"};

  /** What to ask for. */
  static String[] fields() {
    return FIELDS.clone();
  }

  /**
   * Reads a reply to {@code HMGET head} {@link #fields}.
   *
   * @throws IllegalArgumentException when a field is not the number it should be
   */
  static FeedHead of(List<KeyValue<String, byte[]>> reply) {
    Map<String, String> head = new HashMap<>();
    for (KeyValue<String, byte[]> field : reply) {
      if (field.hasValue()) {
        head.put(field.getKey(), new String(field.getValue(), UTF_8));
      }
    }
    return new FeedHead(
        head.getOrDefault("incarnation", ""),
        number(head, "seq", "0"),
        (int) number(head, "buckets", "1"),
        number(head, "xmin", "0"),
        number(head, "committed_us", "0"));
  }

  private static long number(Map<String, String> head, String field, String otherwise) {
    return Long.parseLong(head.getOrDefault(field, otherwise));
  }
}

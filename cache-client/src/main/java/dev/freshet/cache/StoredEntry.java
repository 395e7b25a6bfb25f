package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An entry as it lies in Redis: one line of JSON, and behind it the payload.
 *
 * @param loadedMillis when the load began, ms since 1970
 * @param loadMicros how long it took
 * @param freshMillis from then on it may be reloaded
 * @param encoding of the payload
 * @param tags what it depends on
 * @param raw all bytes
 * @param payloadAt where the payload begins in them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy of each value would cost
record StoredEntry(
    long loadedMillis,
    long loadMicros,
    long freshMillis,
    String encoding,
    List<String> tags,
    byte[] raw,
    int payloadAt) {

  static final String PLAIN = "";
  static final String GZIP = "gzip";

  /** Nothing: the value is known not to exist. */
  static final String NONE = "none";

  private static final int FORM = 1;

  static byte[] write(
      long loadedMillis,
      long loadMicros,
      long freshMillis,
      String encoding,
      List<String> tags,
      byte[] payload) {
    StringBuilder line = new StringBuilder(64 + 24 * tags.size());
    line.append('[').append(FORM).append(',').append(loadedMillis).append(',').append(loadMicros);
    line.append(',').append(freshMillis).append(",\"").append(encoding).append("\",[");
    for (int i = 0; i < tags.size(); i++) {
      HeaderText.quote(tags.get(i), line.append(i == 0 ? "" : ","));
    }
    byte[] header = line.append("]]\n").toString().getBytes(UTF_8);
    byte[] raw = Arrays.copyOf(header, header.length + payload.length);
    System.arraycopy(payload, 0, raw, header.length, payload.length);
    return raw;
  }

  /**
   * @throws IllegalArgumentException if this is no entry that we understand
   */
  static StoredEntry parse(byte[] raw) {
    int end = 0;
    while (end < raw.length && raw[end] != '\n') {
      end++;
    }
    if (end == raw.length) {
      throw new IllegalArgumentException("an entry begins with a line of JSON; this has no line");
    }
    HeaderText text = new HeaderText(new String(raw, 0, end, UTF_8));
    text.expect('[');
    long form = text.number();
    if (form != FORM) {
      throw new IllegalArgumentException("the entry is of form " + form + "; known is " + FORM);
    }
    text.expect(',');
    long loaded = text.number();
    text.expect(',');
    long took = text.number();
    text.expect(',');
    long fresh = text.number();
    text.expect(',');
    String encoding = text.string();
    text.expect(',');
    List<String> tags = tags(text);
    return new StoredEntry(loaded, took, fresh, encoding, tags, raw, end + 1);
  }

  private static List<String> tags(HeaderText text) {
    List<String> tags = new ArrayList<>();
    text.expect('[');
    if (!text.skip(']')) {
      do {
        tags.add(text.string());
      } while (text.skip(','));
      text.expect(']');
    }
    return List.copyOf(tags);
  }
}

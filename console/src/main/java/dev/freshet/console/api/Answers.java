package dev.freshet.console.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How answers are written: JSON, names in snake_case, durations in milliseconds, times in UTC. */
public final class Answers {

  static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private Answers() {}

  /** An answer as UTF-8 JSON. */
  public static byte[] write(Object answer) {
    try {
      return JSON.writeValueAsBytes(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not an answer: " + answer.getClass(), e);
    }
  }

  /** The same, to be added to. */
  public static ObjectNode tree(Record answer) {
    return JSON.valueToTree(answer);
  }

  /**
   * An answer of another console, which may be newer: fields that are not known here are skipped.
   *
   * @throws IOException when it is something else
   */
  public static <T> T read(String json, Class<T> answer) throws IOException {
    T read =
        JSON.readerFor(answer)
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .readValue(json);
    if (read == null) {
      throw new IOException("expected an object, found null");
    }
    return read;
  }

  /** Milliseconds with three digits; null for what is not known. */
  static @Nullable Double millis(double nanos) {
    return Double.isNaN(nanos) ? null : Math.round(nanos / 1e3) / 1e3;
  }

  /** With four digits behind the point; null for what is not known. */
  static @Nullable Double ratio(double ratio) {
    return Double.isNaN(ratio) ? null : Math.round(ratio * 1e4) / 1e4;
  }

  static double rate(double perSecond) {
    return Math.round(perSecond * 100) / 100.0;
  }

  /** A time; null for 0, which stands for never. */
  public static @Nullable String time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }
}

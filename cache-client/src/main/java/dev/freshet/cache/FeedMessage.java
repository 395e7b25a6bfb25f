package dev.freshet.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a bucket's feed says in one message.
 *
 * @param seq follows the one before within an incarnation
 * @param committedMicros of the newest heartbeat, µs since 1970; 0 when there was none
 * @param xmin of the newest heartbeat; 0 when there was none
 * @param tags that became stale
 */
record FeedMessage(
    String incarnation, long seq, long committedMicros, long xmin, List<String> tags) {

  private static final JsonFactory JSON = new JsonFactory();

  FeedMessage {
    tags = List.copyOf(tags);
  }

  /**
   * Reads {@code [incarnation, seq, committed_us, xmin, [tag, ...]]}.
   *
   * @throws IllegalArgumentException when it is anything else
   */
  static FeedMessage parse(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      expect(json, JsonToken.START_ARRAY, text);
      expect(json, JsonToken.VALUE_STRING, text);
      String incarnation = json.getText();
      long seq = number(json, text);
      long committed = number(json, text);
      long xmin = number(json, text);
      expect(json, JsonToken.START_ARRAY, text);
      List<String> tags = new ArrayList<>();
      while (json.nextToken() == JsonToken.VALUE_STRING) {
        tags.add(json.getText());
      }
      if (json.currentToken() != JsonToken.END_ARRAY) {
        throw malformed(text);
      }
      expect(json, JsonToken.END_ARRAY, text);
      return new FeedMessage(incarnation, seq, committed, xmin, tags);
    } catch (IOException e) {
      throw new IllegalArgumentException(malformed(text).getMessage(), e);
    }
  }

  private static long number(JsonParser json, String text) throws IOException {
    expect(json, JsonToken.VALUE_NUMBER_INT, text);
    return json.getLongValue();
  }

  private static void expect(JsonParser json, JsonToken token, String text) throws IOException {
    if (json.nextToken() != token) {
      throw malformed(text);
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException("not a message of the feed: " + text);
  }
}

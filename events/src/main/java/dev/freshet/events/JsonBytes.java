package dev.freshet.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON written to memory, as UTF-8. Thread-safe. */
final class JsonBytes {

  /** The factory of all topics whose JSON is ours, for readers too. */
  static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

  /** What is written; arrays and objects it leaves open are closed. */
  interface Content {
    void to(JsonGenerator json) throws IOException;
  }

  private JsonBytes() {}

  /** An array of texts, as most keys are. */
  static byte[] array(String... texts) {
    return of(
        64,
        json -> {
          json.writeStartArray();
          for (String text : texts) {
            json.writeString(text);
          }
          json.writeEndArray();
        });
  }

  /**
   * @param expected how many bytes there is room for at first
   */
  static byte[] of(int expected, Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(expected);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      content.to(json);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}

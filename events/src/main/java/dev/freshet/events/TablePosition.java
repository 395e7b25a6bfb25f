package dev.freshet.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Up to where the Postgres table of a view reflects the log, told once the table shows it.
 *
 * <pre>{@code
 * "totals" -> {"lsn":"0/1A2B3C8","committed":"2026-01-31T10:15:30.123456Z"}
 * }</pre>
 *
 * @param view its name, the key of the record
 * @param lsn everything committed before it is in the table
 * @param committed the newest commit in it, by the database's clock
 */
public record TablePosition(String view, Lsn lsn, String committed) {

  /** The record's key. */
  public byte[] key() {
    return view.getBytes(StandardCharsets.UTF_8);
  }

  /** The record's value, UTF-8 JSON. */
  public byte[] value() {
    return JsonBytes.of(
        96,
        json -> {
          json.writeStartObject();
          json.writeStringField("lsn", lsn.toString());
          json.writeStringField("committed", committed);
          json.writeEndObject();
        });
  }

  /**
   * Reads a record.
   *
   * @throws MalformedEventException when it is something else
   */
  public static TablePosition parse(byte @Nullable [] key, byte @Nullable [] value)
      throws MalformedEventException {
    if (key == null || value == null) {
      throw new MalformedEventException("a position of a table has a key and a value");
    }
    String lsn = "";
    String committed = "";
    try (JsonParser json = JsonBytes.JSON.createParser(value)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "lsn" -> lsn = json.getText();
          case "committed" -> committed = json.getText();
          default -> json.skipChildren();
        }
      }
      return new TablePosition(new String(key, StandardCharsets.UTF_8), Lsn.parse(lsn), committed);
    } catch (IOException | IllegalArgumentException e) {
      throw new MalformedEventException("a position of a table: " + e.getMessage());
    }
  }
}

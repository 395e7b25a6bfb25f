package dev.freshet.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads Debezium's change envelope, JSON with or without its schema part, in one pass.
 *
 * <p>Written for the stream's hot path: no tree is built, and what no rule asks for is skipped.
 * Thread-safe.
 */
public final class DebeziumJson {

  private static final JsonFactory JSON = new JsonFactory();

  private DebeziumJson() {}

  /**
   * The change in a Kafka record's key and value; empty for a tombstone and for a logical message.
   *
   * @throws MalformedEventException when the value is not a Debezium change event
   */
  public static Optional<RowChange> parse(byte @Nullable [] key, byte @Nullable [] value)
      throws MalformedEventException {
    if (value == null) {
      return Optional.empty();
    }
    try (JsonParser json = JSON.createParser(value)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("expected a JSON object, found " + json.currentToken());
      }
      Envelope envelope = new Envelope();
      envelope.read(json);
      return envelope.change(keyText(key));
    } catch (IOException notJson) {
      throw new MalformedEventException("not JSON: " + firstLine(notJson));
    }
  }

  /** The key's JSON without a schema part; empty text for no key. */
  private static String keyText(byte @Nullable [] key) throws IOException {
    if (key == null) {
      return "";
    }
    String text = new String(key, StandardCharsets.UTF_8);
    if (!text.startsWith("{\"schema\"")) {
      return text;
    }
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean payload = json.currentName().equals("payload");
        json.nextToken();
        if (payload) {
          return compact(json);
        }
        json.skipChildren();
      }
    }
    return text;
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static String compact(JsonParser json) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.copyCurrentStructure(json);
    }
    return text.toString();
  }

  private static @Nullable Row row(JsonParser json) throws IOException, MalformedEventException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new MalformedEventException(
          "a row image is a JSON object, found " + json.currentToken());
    }
    List<String> columns = new ArrayList<>();
    List<@Nullable String> values = new ArrayList<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      columns.add(json.currentName());
      JsonToken token = json.nextToken();
      if (token == JsonToken.VALUE_NULL) {
        values.add(null);
      } else if (token.isStructStart()) {
        values.add(compact(json));
      } else {
        values.add(json.getText());
      }
    }
    return new Row(columns, values);
  }

  /** The envelope's fields, filled in whatever order they come. */
  private static final class Envelope {
    private @Nullable Row before;
    private @Nullable Row after;
    private @Nullable String op;
    private @Nullable String schema;
    private @Nullable String table;
    private long lsn;
    private long xid;
    private long micros;

    void read(JsonParser json) throws IOException, MalformedEventException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        switch (field) {
          case "payload" -> {
            if (value == JsonToken.START_OBJECT) {
              read(json);
            }
          }
          case "before" -> before = row(json);
          case "after" -> after = row(json);
          case "op" -> op = json.getText();
          case "source" -> {
            if (value == JsonToken.START_OBJECT) {
              readSource(json);
            }
          }
          default -> json.skipChildren();
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT) {
        throw new MalformedEventException("the JSON object does not end");
      }
    }

    private void readSource(JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "schema" -> schema = json.getText();
          case "table" -> table = json.getText();
          case "lsn" -> lsn = json.getValueAsLong();
          case "txId" -> xid = json.getValueAsLong();
          case "ts_us" -> micros = json.getValueAsLong();
          case "ts_ms" -> micros = micros == 0 ? json.getValueAsLong() * 1000 : micros;
          default -> json.skipChildren();
        }
      }
    }

    Optional<RowChange> change(String key) throws MalformedEventException {
      if (op == null) {
        throw new MalformedEventException("no \"op\": not a Debezium change event");
      }
      if (op.equals("m")) {
        return Optional.empty();
      }
      if (schema == null || schema.isEmpty() || table == null || table.isEmpty()) {
        throw new MalformedEventException("no \"source\" with \"schema\" and \"table\"");
      }
      ChangeSource source =
          new ChangeSource(new TableName(schema, table), key, new Lsn(lsn), xid, micros);
      return Optional.of(
          switch (op) {
            case "c" -> new RowChange.Insert(source, present(after, "after"));
            case "r" -> new RowChange.Read(source, present(after, "after"));
            case "u" -> new RowChange.Update(source, before, present(after, "after"));
            case "d" -> new RowChange.Delete(source, present(before, "before"));
            case "t" -> new RowChange.Truncate(source);
            default -> throw new MalformedEventException("unknown \"op\": \"" + op + "\"");
          });
    }

    private Row present(@Nullable Row row, String image) throws MalformedEventException {
      if (row == null) {
        throw new MalformedEventException("op \"%s\" without \"%s\"".formatted(op, image));
      }
      return row;
    }
  }
}

package dev.freshet.events;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of the invalidations topic.
 *
 * <pre>{@code
 * {"tags":["org:7"],"keys":[],"tag_sets":[],"cause":{"op":"u","table":"public.readings",
 *   "key":"{\"id\":1}","lsn":"0/1A2B3C8","xid":7312,"committed_us":1767225600000000}}
 * {"everything":true,"cause":{...}}
 * {"watermark":{"lsn":"0/1A2B3F0","xid":7313,"xmin":7310,"committed_us":1767225600100000}}
 * }</pre>
 *
 * <p>Fields a reader does not know are skipped. Thread-safe.
 */
public final class InvalidationJson {

  private InvalidationJson() {}

  /** The invalidation as UTF-8 JSON. */
  public static byte[] write(Invalidation invalidation) {
    return JsonBytes.of(
        256,
        json -> {
          json.writeStartObject();
          if (invalidation instanceof Invalidation.Stale stale) {
            writeNames(json, "tags", stale.tags());
            writeNames(json, "keys", stale.keys());
            writeNames(json, "tag_sets", stale.tagSets());
            json.writeFieldName("cause");
            writeCause(json, stale.cause());
          } else if (invalidation instanceof Invalidation.Everything all) {
            json.writeBooleanField("everything", true);
            json.writeFieldName("cause");
            writeCause(json, all.cause());
          } else if (invalidation instanceof Invalidation.Watermark mark) {
            json.writeObjectFieldStart("watermark");
            json.writeStringField("lsn", mark.lsn().toString());
            json.writeNumberField("xid", mark.xid());
            json.writeNumberField("xmin", mark.xmin());
            json.writeNumberField("committed_us", mark.committedMicros());
            json.writeEndObject();
          }
          json.writeEndObject();
        });
  }

  /**
   * Reads what {@link #write} writes.
   *
   * @throws MalformedEventException when the value is something else
   */
  public static Invalidation parse(byte @Nullable [] value) throws MalformedEventException {
    if (value == null) {
      throw new MalformedEventException("an invalidation has a value, found null");
    }
    Set<String> tags = Set.of();
    Set<String> keys = Set.of();
    Set<String> tagSets = Set.of();
    Invalidation.Cause cause = null;
    boolean everything = false;
    try (JsonParser json = JsonBytes.JSON.createParser(value)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("expected a JSON object, found " + json.currentToken());
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "tags" -> tags = names(json);
          case "keys" -> keys = names(json);
          case "tag_sets" -> tagSets = names(json);
          case "everything" -> everything = json.getBooleanValue();
          case "cause" -> cause = readCause(json);
          case "watermark" -> {
            return readWatermark(json);
          }
          default -> json.skipChildren();
        }
      }
    } catch (IOException | IllegalArgumentException notOurs) {
      throw new MalformedEventException("not an invalidation: " + notOurs.getMessage());
    }
    if (cause == null) {
      throw new MalformedEventException("neither \"cause\" nor \"watermark\": not an invalidation");
    }
    return everything
        ? new Invalidation.Everything(cause)
        : new Invalidation.Stale(tags, keys, tagSets, cause);
  }

  private static void writeNames(JsonGenerator json, String field, Set<String> names)
      throws IOException {
    if (names.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart(field);
    for (String name : names) {
      json.writeString(name);
    }
    json.writeEndArray();
  }

  private static Set<String> names(JsonParser json) throws IOException, MalformedEventException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new MalformedEventException("names come in an array, found " + json.currentToken());
    }
    Set<String> names = new LinkedHashSet<>();
    while (json.nextToken() == JsonToken.VALUE_STRING) {
      names.add(json.getText());
    }
    if (json.currentToken() != JsonToken.END_ARRAY) {
      throw new MalformedEventException("a name is a string, found " + json.currentToken());
    }
    return names;
  }

  static void writeCause(JsonGenerator json, Invalidation.Cause cause) throws IOException {
    ChangeSource source = cause.source();
    json.writeStartObject();
    json.writeStringField("op", String.valueOf(cause.op()));
    json.writeStringField("table", source.table().toString());
    json.writeStringField("key", source.key());
    json.writeStringField("lsn", source.lsn().toString());
    json.writeNumberField("xid", source.xid());
    json.writeNumberField("committed_us", source.committedMicros());
    json.writeEndObject();
  }

  static Invalidation.Cause readCause(JsonParser json) throws IOException, MalformedEventException {
    expectObject(json, "cause");
    char op = '?';
    TableName table = null;
    String key = "";
    Lsn lsn = new Lsn(0);
    long xid = 0;
    long micros = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "op" -> op = json.getText().isEmpty() ? '?' : json.getText().charAt(0);
        case "table" -> table = TableName.parse(json.getText());
        case "key" -> key = json.getText();
        case "lsn" -> lsn = Lsn.parse(json.getText());
        case "xid" -> xid = json.getLongValue();
        case "committed_us" -> micros = json.getLongValue();
        default -> json.skipChildren();
      }
    }
    if (table == null) {
      throw new MalformedEventException("a \"cause\" names its \"table\"");
    }
    return new Invalidation.Cause(op, new ChangeSource(table, key, lsn, xid, micros));
  }

  private static Invalidation.Watermark readWatermark(JsonParser json)
      throws IOException, MalformedEventException {
    expectObject(json, "watermark");
    Lsn lsn = null;
    long xid = 0;
    long xmin = 0;
    long micros = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "lsn" -> lsn = Lsn.parse(json.getText());
        case "xid" -> xid = json.getLongValue();
        case "xmin" -> xmin = json.getLongValue();
        case "committed_us" -> micros = json.getLongValue();
        default -> json.skipChildren();
      }
    }
    if (lsn == null || xid <= 0 || xmin <= 0) {
      throw new MalformedEventException("a \"watermark\" has \"lsn\", \"xid\" and \"xmin\"");
    }
    return new Invalidation.Watermark(lsn, xid, xmin, micros);
  }

  private static void expectObject(JsonParser json, String field) throws MalformedEventException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new MalformedEventException(
          "\"%s\" is an object, found %s".formatted(field, json.currentToken()));
    }
  }
}

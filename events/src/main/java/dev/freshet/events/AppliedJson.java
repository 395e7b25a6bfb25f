package dev.freshet.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of the applied topic.
 *
 * <pre>{@code
 * {"partition":0,"offset":42,"applied_us":1767225600004000,"oldest_commit_us":1767225600000000,
 *  "tags":2,"keys_deleted":5,"deletions":[{"key":"…","tag":"org:7","cause":{…}}]}
 * }</pre>
 */
public final class AppliedJson {

  private AppliedJson() {}

  /** The record as UTF-8 JSON. */
  public static byte[] write(Applied applied) {
    return JsonBytes.of(
        256,
        json -> {
          json.writeStartObject();
          json.writeNumberField("partition", applied.partition());
          json.writeNumberField("offset", applied.offset());
          json.writeNumberField("applied_us", applied.appliedMicros());
          json.writeNumberField("oldest_commit_us", applied.oldestCommitMicros());
          json.writeNumberField("tags", applied.tags());
          json.writeNumberField("keys_deleted", applied.keysDeleted());
          json.writeArrayFieldStart("deletions");
          for (Applied.Deletion deletion : applied.deletions()) {
            json.writeStartObject();
            json.writeStringField("key", deletion.key());
            json.writeStringField("tag", deletion.tag());
            json.writeFieldName("cause");
            InvalidationJson.writeCause(json, deletion.cause());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /**
   * Reads what {@link #write} writes.
   *
   * @throws MalformedEventException when the value is something else
   */
  public static Applied parse(byte @Nullable [] value) throws MalformedEventException {
    if (value == null) {
      throw new MalformedEventException("a record of what was applied has a value, found null");
    }
    int partition = 0;
    long offset = -1;
    long appliedMicros = 0;
    long oldestCommitMicros = 0;
    int tags = 0;
    long keysDeleted = 0;
    List<Applied.Deletion> deletions = new ArrayList<>();
    try (JsonParser json = JsonBytes.JSON.createParser(value)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "partition" -> partition = json.getIntValue();
          case "offset" -> offset = json.getLongValue();
          case "applied_us" -> appliedMicros = json.getLongValue();
          case "oldest_commit_us" -> oldestCommitMicros = json.getLongValue();
          case "tags" -> tags = json.getIntValue();
          case "keys_deleted" -> keysDeleted = json.getLongValue();
          case "deletions" -> {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              deletions.add(readDeletion(json));
            }
          }
          default -> json.skipChildren();
        }
      }
    } catch (IOException | IllegalArgumentException notOurs) {
      throw new MalformedEventException(
          "not a record of what was applied: " + notOurs.getMessage());
    }
    if (offset < 0) {
      throw new MalformedEventException("no \"offset\": not a record of what was applied");
    }
    return new Applied(
        partition, offset, appliedMicros, oldestCommitMicros, tags, keysDeleted, deletions);
  }

  private static Applied.Deletion readDeletion(JsonParser json)
      throws IOException, MalformedEventException {
    String key = "";
    String tag = "";
    Invalidation.Cause cause = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "key" -> key = json.getText();
        case "tag" -> tag = json.getText();
        case "cause" -> cause = InvalidationJson.readCause(json);
        default -> json.skipChildren();
      }
    }
    if (cause == null) {
      throw new MalformedEventException("a deletion names its \"cause\"");
    }
    return new Applied.Deletion(key, tag, cause);
  }
}

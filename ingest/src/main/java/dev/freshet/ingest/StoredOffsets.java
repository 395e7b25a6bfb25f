package dev.freshet.ingest;

import dev.freshet.events.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.jspecify.annotations.Nullable;

/**
 * The records of the offsets topic, byte for byte as Kafka Connect writes them: key {@code
 * ["connector",{"server":"prefix"}]}, value the offset as a JSON object.
 *
 * <p>Two more records say which database the position belongs to, and whether a gap is being
 * passed; their keys have a connector name no connector has, so that Connect passes them by. Not
 * thread-safe.
 */
final class StoredOffsets {

  private final JsonConverter json = new JsonConverter();
  private final Topics topics;

  StoredOffsets(Topics topics) {
    this.topics = topics;
    json.configure(Map.of("schemas.enable", "false"), true);
  }

  /** Debezium's name for the one partition a Postgres connector has. */
  Map<String, String> partition() {
    return Map.of("server", topics.changePrefix());
  }

  byte[] positionKey() {
    return write(List.of(topics.namespace(), partition()));
  }

  byte[] sourceKey() {
    return write(List.of("freshet:" + topics.namespace(), Map.of("source", "postgres")));
  }

  byte[] gapKey() {
    return write(List.of("freshet:" + topics.namespace(), Map.of("gap", "postgres")));
  }

  byte[] write(Object value) {
    return json.fromConnectData(topics.captureOffsets(), (Schema) null, value);
  }

  /** Whether a record's key means the same as one of ours, however its JSON is spaced. */
  boolean sameKey(byte[] ours, byte @Nullable [] read) {
    return read != null && parse(ours).equals(parse(read));
  }

  /** The JSON object in a record's value; empty when it is none. */
  @SuppressWarnings("unchecked") // a schemaless JSON object is a map with text keys
  Map<String, Object> read(byte[] value) {
    return parse(value) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  private Object parse(byte[] text) {
    try {
      SchemaAndValue parsed = json.toConnectData(topics.captureOffsets(), text);
      return parsed.value() == null ? "" : parsed.value();
    } catch (DataException notJson) {
      return new String(text, StandardCharsets.UTF_8);
    }
  }
}

package dev.freshet.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How row changes and times read in a terminal, and in JSON. */
final class Wording {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS 'UTC'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'").withZone(ZoneOffset.UTC);
  private static final Map<Character, String> OPERATIONS =
      Map.of('c', "insert", 'r', "snapshot", 'u', "update", 'd', "delete", 't', "truncate");

  private Wording() {}

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** The time of day; with the date when that is not today's. */
  static String time(long micros, Instant now) {
    Instant at = instant(micros);
    boolean today =
        at.atZone(ZoneOffset.UTC).toLocalDate().equals(now.atZone(ZoneOffset.UTC).toLocalDate());
    return (today ? TIME : DATE_AND_TIME).format(at);
  }

  static String operation(char op) {
    return OPERATIONS.getOrDefault(op, String.valueOf(op));
  }

  /** {@code public.products id=42 (update, LSN 0/1A2B3C8)}. */
  static String row(Invalidation.Cause cause) {
    ChangeSource source = cause.source();
    String key = key(source.key());
    return "%s%s (%s, LSN %s)"
        .formatted(
            source.table(), key.isEmpty() ? "" : " " + key, operation(cause.op()), source.lsn());
  }

  /** {@code {"id":42}} as {@code id=42}; anything else as it is. */
  static String key(String json) {
    if (json.isEmpty()) {
      return "";
    }
    try {
      JsonNode key = JSON.readTree(json);
      if (!key.isObject()) {
        return json;
      }
      return key.properties().stream()
          .map(column -> column.getKey() + "=" + column.getValue().asText())
          .collect(Collectors.joining(" "));
    } catch (JsonProcessingException notJson) {
      return json;
    }
  }

  static ObjectNode json(Invalidation.Cause cause) {
    ChangeSource source = cause.source();
    ObjectNode node =
        Json.object()
            .put("op", operation(cause.op()))
            .put("table", source.table().toString())
            .put("key", source.key())
            .put("lsn", source.lsn().toString())
            .put("xid", source.xid());
    if (source.committedMicros() > 0) {
      node.put("committed", instant(source.committedMicros()).toString());
    }
    return node;
  }

  /** {@code tags org:7, org:8 keys cache:7}, naming only the kinds that are there. */
  static String names(Invalidation.Stale stale) {
    Map<String, java.util.Set<String>> kinds = new TreeMap<>(java.util.Comparator.reverseOrder());
    kinds.put("tags", stale.tags());
    kinds.put("sets", stale.tagSets());
    kinds.put("keys", stale.keys());
    return kinds.entrySet().stream()
        .filter(kind -> !kind.getValue().isEmpty())
        .map(kind -> kind.getKey() + " " + sorted(kind.getValue()))
        .collect(Collectors.joining("  "));
  }

  static String sorted(java.util.Collection<String> names) {
    return names.stream().sorted().collect(Collectors.joining(", "));
  }
}

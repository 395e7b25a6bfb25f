package dev.freshet.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How row changes and times read in a terminal; names of others are no commands to it. */
final class Wording {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS 'UTC'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'").withZone(ZoneOffset.UTC);

  private Wording() {}

  /** The time of day; with the date when that is not today's. */
  static String time(Instant at, Instant now) {
    boolean today =
        at.atZone(ZoneOffset.UTC).toLocalDate().equals(now.atZone(ZoneOffset.UTC).toLocalDate());
    return (today ? TIME : DATE_AND_TIME).format(at);
  }

  /** The same of a time as answers have it. */
  static String time(@Nullable String iso, Instant now) {
    return iso == null ? "an unknown time" : time(Instant.parse(iso), now);
  }

  /** {@code public.products id=42 (update, LSN 0/1A2B3C8)}. */
  static String row(String table, String key, String operation, String lsn) {
    String named = key(key);
    return "%s%s (%s, LSN %s)"
        .formatted(
            Printable.text(table),
            named.isEmpty() ? "" : " " + Printable.text(named),
            operation,
            lsn);
  }

  /** {@code {"id":42}} as {@code id=42}; anything else as it is. */
  private static String key(String json) {
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

  /** {@code tags org:7, org:8 keys cache:7}, naming only the kinds that are there. */
  static String names(
      Collection<String> tags, Collection<String> tagSets, Collection<String> keys) {
    StringBuilder all = new StringBuilder();
    add(all, "tags ", tags);
    add(all, "sets ", tagSets);
    add(all, "keys ", keys);
    return all.toString();
  }

  private static void add(StringBuilder all, String kind, Collection<String> names) {
    if (!names.isEmpty()) {
      all.append(all.isEmpty() ? "" : "  ").append(kind).append(sorted(names));
    }
  }

  static String sorted(Collection<String> names) {
    return names.stream().sorted().map(Printable::text).collect(Collectors.joining(", "));
  }
}

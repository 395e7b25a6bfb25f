package dev.freshet.ingest;

import java.util.Map;

/**
 * Which database a position belongs to: an LSN of one means nothing in another.
 *
 * @param system Postgres's system identifier, given by initdb and kept by every copy
 * @param database the database in it
 * @param slot the slot positions were read from
 */
record SourceIdentity(String system, String database, String slot) {

  static SourceIdentity of(Map<String, Object> json) {
    return new SourceIdentity(text(json, "system"), text(json, "database"), text(json, "slot"));
  }

  private static String text(Map<String, Object> json, String field) {
    return String.valueOf(json.getOrDefault(field, ""));
  }

  Map<String, Object> toJson() {
    return Map.of("system", system, "database", database, "slot", slot);
  }
}

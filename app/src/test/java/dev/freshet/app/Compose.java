package dev.freshet.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code docker-compose.yml} as data, its anchors and merges resolved. */
record Compose(Map<String, Object> all) {

  static final String FILE = "docker-compose.yml";

  static Compose read() {
    return new Compose(yaml(FILE));
  }

  static Map<String, Object> yaml(String file) {
    return map(new Load(LoadSettings.builder().build()).loadFromString(Repository.read(file)));
  }

  Map<String, Map<String, Object>> services() {
    Map<String, Map<String, Object>> services = new TreeMap<>();
    map(all.get("services")).forEach((name, service) -> services.put(name, map(service)));
    return services;
  }

  /** The file behind each secret, by the secret's name. */
  Map<String, String> secrets() {
    Map<String, String> files = new TreeMap<>();
    map(all.get("secrets")).forEach((name, secret) -> files.put(name, text(map(secret), "file")));
    return files;
  }

  /** A mapping, with what it merges put in; empty for anything else. */
  static Map<String, Object> map(@Nullable Object value) {
    Map<String, Object> resolved = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> entries) {
      if (entries.containsKey("<<")) {
        resolved.putAll(map(entries.get("<<")));
      }
      entries.forEach((key, entry) -> resolved.put(String.valueOf(key), entry));
      resolved.remove("<<");
    }
    return resolved;
  }

  static Map<String, Object> map(Map<String, Object> parent, String... path) {
    Map<String, Object> at = parent;
    for (String key : path) {
      at = map(at.get(key));
    }
    return at;
  }

  static String text(Map<String, Object> parent, String key) {
    Object value = parent.get(key);
    return value == null ? "" : value.toString();
  }

  /** The mappings of a list. */
  static List<Map<String, Object>> maps(Map<String, Object> parent, String key) {
    return parent.get(key) instanceof List<?> items
        ? items.stream().map(Compose::map).toList()
        : List.of();
  }

  /** The entries of a list; none when there is no list. */
  static List<String> list(Map<String, Object> parent, String key) {
    return parent.get(key) instanceof List<?> items
        ? items.stream().map(String::valueOf).toList()
        : List.of();
  }

  /** Every scalar in it, keys left out. */
  static Stream<String> scalars(@Nullable Object value) {
    if (value instanceof Map<?, ?> entries) {
      return entries.values().stream().flatMap(Compose::scalars);
    }
    return value instanceof List<?> items
        ? items.stream().flatMap(Compose::scalars)
        : Stream.ofNullable(value).map(Object::toString);
  }
}

package dev.freshet.runtime.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the values of an accepted config were written. Lets a later check (a table that Postgres
 * does not have) report at the right line, and {@link ConfigWriter} mask what came from outside.
 */
public final class Origins {
  private final List<String> lines;
  private final Map<String, Origin> byPath = new HashMap<>();

  private record Origin(String written, Place place, Optional<String> masked) {}

  Origins(String text) {
    this.lines = text.lines().toList();
  }

  void put(Path path, Place place, Optional<String> masked) {
    byPath.putIfAbsent(path.full(), new Origin(path.written(), place, masked));
  }

  /**
   * A problem with an accepted value.
   *
   * @param path as in the reference page, for example {@code invalidate.public.products.tags[0]};
   *     when it was not written, the nearest part of it that was gives the line
   */
  public ConfigProblem problem(String path, String message, Optional<String> hint) {
    Origin origin = byPath.get(path);
    String parent = path;
    while (origin == null && !parent.isEmpty()) {
      int end = Math.max(parent.lastIndexOf('.'), parent.lastIndexOf('['));
      parent = end < 0 ? "" : parent.substring(0, end);
      Origin near = byPath.get(parent);
      origin = near == null ? null : new Origin(path, near.place(), near.masked());
    }
    Place place = (origin == null ? Place.START : origin.place()).within(lines);
    String written = origin == null ? path : origin.written();
    return new ConfigProblem(written, place.line(), place.column(), message, hint);
  }

  /** The text to show for a value that holds an expanded {@code ${...}}. */
  Optional<String> masked(String path) {
    Origin origin = byPath.get(path);
    return origin == null ? Optional.empty() : origin.masked();
  }
}

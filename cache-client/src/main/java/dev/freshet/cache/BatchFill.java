package dev.freshet.cache;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/** What the cache must know of a load of several values. For the thread that loads. */
public final class BatchFill {

  private final Map<String, Fill> fills;

  BatchFill(Map<String, Fill> fills) {
    this.fills = fills;
  }

  /** As {@link Fill#fence(Connection)}, for all keys. */
  public BatchFill fence(Connection connection) throws SQLException {
    return fence(Fence.of(connection));
  }

  /** As {@link Fill#fence(String)}, for all keys. */
  public BatchFill fence(String snapshot) {
    return fence(Fence.parse(snapshot));
  }

  /** As {@link Fill#fence(Fence)}, for all keys. */
  public BatchFill fence(Fence fence) {
    fills.values().forEach(fill -> fill.fence(fence));
    return this;
  }

  /** As {@link Fill#assumeVisibleAfter}, for all keys. */
  public BatchFill assumeVisibleAfter(Duration grace) {
    fills.values().forEach(fill -> fill.assumeVisibleAfter(grace));
    return this;
  }

  /** Tags of all keys, for example {@code table:public.readings}. */
  public BatchFill tagAll(String... tags) {
    fills.values().forEach(fill -> fill.tag(tags));
    return this;
  }

  /** Tags of one of the keys asked for. */
  public BatchFill tag(String key, String... tags) {
    Fill fill = fills.get(key);
    if (fill == null) {
      throw new IllegalArgumentException(
          "\"%s\" is not among the keys to load: %s".formatted(key, fills.keySet()));
    }
    fill.tag(tags);
    return this;
  }
}

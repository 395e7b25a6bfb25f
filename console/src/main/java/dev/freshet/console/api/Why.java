package dev.freshet.console.api;

import dev.freshet.events.Invalidation;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why a key died, or what last made a tag stale.
 *
 * @param kind {@code key} or {@code tag}
 * @param deleted when the key was; null for a tag
 * @param msAfterCommit from the commit of the change to the deletion
 * @param tag through which it died
 * @param row the primary key of the changed row as JSON
 * @param tags what the change made stale, as far as that is still known; so keys and tag sets
 */
public record Why(
    String kind,
    String name,
    @Nullable String deleted,
    @Nullable Double msAfterCommit,
    String tag,
    String operation,
    String table,
    String row,
    String lsn,
    long xid,
    @Nullable String committed,
    Collection<String> tags,
    Collection<String> keys,
    Collection<String> tagSets) {

  /** What last made a tag stale. */
  public static Why ofTag(String tag, Invalidation.Stale stale) {
    return of("tag", tag, 0, tag, stale);
  }

  /**
   * Why a key died.
   *
   * @param stale the change behind it, with nothing but the tag when the rest is forgotten
   */
  public static Why ofKey(String key, String tag, long deletedMicros, Invalidation.Stale stale) {
    return of("key", key, deletedMicros, tag, stale);
  }

  private static Why of(
      String kind, String name, long deletedMicros, String tag, Invalidation.Stale stale) {
    var source = stale.cause().source();
    long committed = source.committedMicros();
    return new Why(
        kind,
        name,
        Answers.time(deletedMicros / 1000),
        deletedMicros == 0 || committed == 0 ? null : (deletedMicros - committed) / 1000.0,
        tag,
        Change.wordOf(stale.cause().op()),
        source.table().toString(),
        source.key(),
        source.lsn().toString(),
        source.xid(),
        Answers.time(committed / 1000),
        new TreeSet<>(stale.tags()),
        new TreeSet<>(stale.keys()),
        new TreeSet<>(stale.tagSets()));
  }

  /** Everything the change made stale, tags first. */
  public List<String> stale() {
    return Stream.of(tags, keys, tagSets).flatMap(Collection::stream).toList();
  }
}

package dev.freshet.console.api;

import dev.freshet.console.model.Feed;
import dev.freshet.events.Invalidation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A row change that made something stale.
 *
 * @param number counts up while the console runs; 0 when it comes straight from the topic
 * @param position where it stands in the topic: partition and offset
 * @param row the row's primary key as JSON
 * @param tags of Freshet's own entries that it made stale
 * @param keys of others' caches, as a rule names them
 * @param tagSets sets of such keys
 */
public record Change(
    long number,
    String position,
    @Nullable String captured,
    @Nullable String committed,
    String operation,
    String table,
    String row,
    String lsn,
    long xid,
    Collection<String> tags,
    Collection<String> keys,
    Collection<String> tagSets) {

  private static final Map<Character, String> OPERATIONS =
      Map.of(
          'c',
          "insert",
          'r',
          "snapshot",
          'u',
          "update",
          'd',
          "delete",
          't',
          "truncate",
          'x',
          "clear_cache");

  /** A change as the console remembers it. */
  public static Change of(Feed.Entry entry) {
    return of(entry.number(), entry.partition(), entry.offset(), entry.millis(), entry.stale());
  }

  /**
   * A change as the topic has it.
   *
   * @param millis when capture wrote it to Kafka
   */
  public static Change of(
      long number, int partition, long offset, long millis, Invalidation.Stale stale) {
    Invalidation.Cause cause = stale.cause();
    return new Change(
        number,
        partition + ":" + offset,
        Answers.time(millis),
        Answers.time(cause.source().committedMicros() / 1000),
        wordOf(cause.op()),
        cause.source().table().toString(),
        cause.source().key(),
        cause.source().lsn().toString(),
        cause.source().xid(),
        new TreeSet<>(stale.tags()),
        new TreeSet<>(stale.keys()),
        new TreeSet<>(stale.tagSets()));
  }

  static String wordOf(char operation) {
    return OPERATIONS.getOrDefault(operation, String.valueOf(operation));
  }

  /** Everything it made stale, tags first. */
  public List<String> stale() {
    return Stream.of(tags, keys, tagSets).flatMap(Collection::stream).toList();
  }
}

package dev.freshet.cache;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Makes stale what this process knows to have changed, ahead of the log. Thread-safe. */
final class Hints {

  /** Look-ups and deletes of one call: Redis is not to be blocked for long. */
  private static final int BUDGET = 1000;

  private static final int MAX_NAMES_PER_CALL = 500;
  private static final String ENTRY = "entry:";
  private static final String WRITER =
      "SELECT coalesce(pg_current_xact_id_if_assigned()::text::bigint,"
          + " pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)";
  private static final Script SCRIPT = Script.named("hint.lua");

  private final FarTier far;

  Hints(FarTier far) {
    this.far = far;
  }

  /** What local caches hear when a single entry is deleted. */
  static String entryTag(String key) {
    return ENTRY + key;
  }

  /** Whether it is what {@link #entryTag} gives. */
  static boolean isEntryTag(String tag) {
    return tag.startsWith(ENTRY);
  }

  /** The transaction under way, or else the newest one that may have ended. */
  static long writer(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(WRITER)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** In every bucket. */
  CompletableFuture<Void> stale(Collection<String> tags, long xid) {
    List<String> all = List.copyOf(tags);
    CompletableFuture<?>[] calls = new CompletableFuture<?>[far.layout().buckets()];
    for (int bucket = 0; bucket < calls.length; bucket++) {
      calls[bucket] = stale(bucket, xid, all, List.of());
    }
    return CompletableFuture.allOf(calls);
  }

  /** Deletes single entries, here and in the local caches of all processes. */
  CompletableFuture<Void> delete(Collection<String> keys) {
    Map<Integer, List<String>> byBucket = new HashMap<>();
    for (String key : keys) {
      byBucket.computeIfAbsent(far.layout().bucket(key), unknown -> new ArrayList<>()).add(key);
    }
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    byBucket.forEach(
        (bucket, all) -> {
          for (int i = 0; i < all.size(); i += MAX_NAMES_PER_CALL) {
            List<String> some = all.subList(i, Math.min(all.size(), i + MAX_NAMES_PER_CALL));
            calls.add(stale(bucket, 0, List.of(), some));
          }
        });
    return CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> stale(
      int bucket, long xid, List<String> tags, List<String> keys) {
    int now = Math.min(tags.size(), MAX_NAMES_PER_CALL);
    boolean last = now == tags.size();
    List<String> words = new ArrayList<>();
    words.add(far.layout().prefix(bucket));
    words.add(Long.toString(xid));
    words.add(Integer.toString(BUDGET));
    words.add(Integer.toString(now));
    words.addAll(tags.subList(0, now));
    if (last) {
      words.addAll(keys);
    }
    byte[][] arguments = words.stream().map(Script::bytes).toArray(byte[][]::new);
    String head = far.layout().head(bucket);
    return far.ask(redis -> SCRIPT.run(redis, head, arguments))
        .thenCompose(
            reply -> {
              int done = Math.toIntExact((Long) reply.get(0));
              return done == tags.size()
                  ? CompletableFuture.completedFuture(null)
                  : stale(bucket, xid, tags.subList(done, tags.size()), keys);
            });
  }
}

package dev.freshet.invalidation;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Runs {@code apply.lua} over a list of tags in calls of bounded length.
 *
 * <p>All calls of a batch but the last are under way at once; the last one stores the position, and
 * is sent when every other has been acknowledged.
 */
final class ApplyScript {

  /** Tags in one call. */
  static final int TAGS_PER_CALL = 128;

  /** Look-ups and deletes in one call: below 1 ms of Redis's own time. */
  static final int BUDGET_PER_CALL = 700;

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** A deleted key and the tag through which it died. */
  record DeletedKey(String tag, String key) {}

  /** What a batch did. */
  record Result(long keysDeleted, int calls, List<DeletedKey> deleted) {}

  private final RedisAsyncCommands<String, String> redis;
  private final StatefulRedisConnection<String, String> connection;
  private final RedisKeys keys;
  private final String source = source();
  private final String sha;

  ApplyScript(StatefulRedisConnection<String, String> connection, RedisKeys keys) {
    this.connection = connection;
    this.redis = connection.async();
    this.keys = keys;
    this.sha = redis.digest(source);
  }

  private static String source() {
    try (InputStream in = ApplyScript.class.getResourceAsStream("apply.lua")) {
      if (in == null) {
        throw new IllegalStateException("apply.lua is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes all tags stale and then stores the position.
   *
   * @param referenceXid a transaction near those of the tags; 0 when none is known: no marks then
   * @param maxNames how many deleted keys the result names at most
   */
  Result apply(
      List<Map.Entry<String, Batch.Name>> tags,
      long referenceXid,
      OptionalLong floor,
      Map<String, String> position,
      int maxNames) {
    try {
      return new Run(tags, referenceXid, floor, position, maxNames).run();
    } catch (RedisNoScriptException forgotten) {
      connection.sync().scriptLoad(source);
      return new Run(tags, referenceXid, floor, position, maxNames).run();
    }
  }

  /** One batch. Running it twice does no harm. */
  private final class Run {
    private final List<Map.Entry<String, Batch.Name>> tags;
    private final long referenceXid;
    private final OptionalLong floor;
    private final Map<String, String> position;
    private final int maxNames;
    private final List<DeletedKey> named = new ArrayList<>();
    private long keysDeleted;
    private int calls;

    Run(
        List<Map.Entry<String, Batch.Name>> tags,
        long referenceXid,
        OptionalLong floor,
        Map<String, String> position,
        int maxNames) {
      this.tags = tags;
      this.referenceXid = referenceXid;
      this.floor = floor;
      this.position = position;
      this.maxNames = maxNames;
    }

    Result run() {
      int lastCall = Math.max(0, tags.size() - TAGS_PER_CALL);
      int[] ends = ends(lastCall);
      List<RedisFuture<List<Object>>> underWay = new ArrayList<>(ends.length);
      int sent = 0;
      for (int end : ends) {
        underWay.add(call(sent, end, false));
        sent = end;
      }
      int from = 0;
      for (int i = 0; i < ends.length; i++) {
        int done = from + take(await(underWay.get(i)), from);
        while (done < ends[i]) {
          done += take(await(call(done, ends[i], false)), done);
        }
        from = ends[i];
      }
      while (true) {
        int done = from + take(await(call(from, tags.size(), true)), from);
        if (done == tags.size()) {
          return new Result(keysDeleted, calls, named);
        }
        from = done;
      }
    }

    /** Where the calls end that come before the last one. */
    private int[] ends(int lastCall) {
      int n = (lastCall + TAGS_PER_CALL - 1) / TAGS_PER_CALL;
      int[] ends = new int[n];
      for (int i = 0; i < n; i++) {
        ends[i] = Math.min(lastCall, (i + 1) * TAGS_PER_CALL);
      }
      return ends;
    }

    private RedisFuture<List<Object>> call(int from, int to, boolean last) {
      calls++;
      List<String> args = new ArrayList<>(6 + 2 * (to - from));
      args.add(keys.index());
      args.add(Integer.toString(BUDGET_PER_CALL));
      args.add(Integer.toString(Math.max(0, maxNames - named.size())));
      args.add(Integer.toString(to - from));
      for (Map.Entry<String, Batch.Name> tag : tags.subList(from, to)) {
        args.add(tag.getKey());
        args.add(referenceXid == 0 ? "0" : Long.toString(tag.getValue().xid(referenceXid)));
      }
      if (last) {
        args.add(floor.isPresent() ? Long.toString(floor.getAsLong()) : "");
        position.forEach(
            (field, value) -> {
              args.add(field);
              args.add(value);
            });
      }
      return redis.evalsha(
          sha,
          ScriptOutputType.MULTI,
          new String[] {keys.head(), keys.marks()},
          args.toArray(String[]::new));
    }

    /** Counts a reply; returns how many tags it finished. */
    private int take(List<Object> reply, int from) {
      keysDeleted += (Long) reply.get(1);
      for (int i = 2; i + 1 < reply.size() && named.size() < maxNames; i += 2) {
        int tag = from + ((Long) reply.get(i)).intValue() - 1;
        named.add(new DeletedKey(tags.get(tag).getKey(), (String) reply.get(i + 1)));
      }
      return ((Long) reply.get(0)).intValue();
    }

    private List<Object> await(RedisFuture<List<Object>> reply) {
      return LettuceFutures.awaitOrCancel(
          reply, TIMEOUT.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
    }
  }
}

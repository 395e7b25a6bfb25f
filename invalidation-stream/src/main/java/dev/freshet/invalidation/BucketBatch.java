package dev.freshet.invalidation;

import dev.freshet.events.Xid;
import dev.freshet.runtime.Sink.PositionLostException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One batch on its way into one bucket, in script calls of bounded length.
 *
 * <p>Calls are sent as tags become known, while Redis works on earlier ones; the last one stores
 * the position, and is sent when every other has been acknowledged. Doing it twice does no harm.
 * Used by one thread.
 */
final class BucketBatch {

  /** Tags in one call. */
  static final int TAGS_PER_CALL = 128;

  /** Look-ups and deletes in one call: below 1 ms of Redis's own time. */
  static final int BUDGET_PER_CALL = 700;

  /** A deleted key and the tag through which it died. */
  record DeletedKey(Batch.Name tag, String key) {}

  /** Tags of one call, as far as they are not done. */
  private record Call(List<Batch.Name> tags, RedisFuture<List<Object>> reply) {}

  private final ApplyScript script;
  private final RedisKeys keys;
  private final String incarnation;
  private final int maxNames;
  private final List<Call> underWay = new ArrayList<>();
  private final List<DeletedKey> named = new ArrayList<>();
  private List<Batch.Name> lastTags = List.of();
  private long referenceXid;
  private long keysDeleted;
  private int calls;
  private boolean open;
  private boolean more;

  /**
   * @param maxNames how many deleted keys are named at most
   */
  BucketBatch(ApplyScript script, RedisKeys keys, String incarnation, int maxNames) {
    this.script = script;
    this.keys = keys;
    this.incarnation = incarnation;
    this.maxNames = maxNames;
  }

  /**
   * Sends tags; returns at once.
   *
   * @param reference a transaction near those of the tags; 0 when none is known: no marks then
   */
  void send(List<Batch.Name> tags, long reference) {
    referenceXid = reference;
    for (int from = 0; from < tags.size(); from += TAGS_PER_CALL) {
      send(tags.subList(from, Math.min(tags.size(), from + TAGS_PER_CALL)));
    }
  }

  private void send(List<Batch.Name> tags) {
    underWay.add(new Call(tags, call(tags, List.of(), false)));
  }

  /** Sends the tags that are left, and waits for all calls but the one that stores the position. */
  void settle(List<Batch.Name> rest, long reference) {
    int last = Math.max(0, rest.size() - TAGS_PER_CALL);
    send(rest.subList(0, last), reference);
    lastTags = rest.subList(last, rest.size());
    referenceXid = reference;
    for (Call call : underWay) {
      List<Batch.Name> left = call.tags();
      left = left.subList(take(await(call.reply(), left, List.of()), left), left.size());
      while (!left.isEmpty()) {
        left = left.subList(take(again(left, List.of()), left), left.size());
      }
    }
    underWay.clear();
  }

  /** Stores the position; returns when Redis has acknowledged it. */
  void finish(List<String> position) {
    List<Batch.Name> left = lastTags;
    while (true) {
      int done = take(again(left, position), left);
      if (done == left.size()) {
        return;
      }
      left = left.subList(done, left.size());
    }
  }

  private List<Object> again(List<Batch.Name> tags, List<String> position) {
    return await(call(tags, position, false), tags, position);
  }

  private RedisFuture<List<Object>> call(
      List<Batch.Name> tags, List<String> position, boolean inFull) {
    calls++;
    List<String> args = new ArrayList<>(6 + 2 * tags.size() + position.size());
    args.add(keys.prefix());
    args.add(incarnation);
    args.add(Integer.toString(BUDGET_PER_CALL));
    args.add(Integer.toString(Math.max(0, maxNames - named.size())));
    Set<Long> older = referenceXid == 0 ? Set.of() : olderXids(tags);
    args.add(Integer.toString(tags.size()));
    args.add(Integer.toString(older.size()));
    for (Batch.Name tag : tags) {
      args.add(tag.text());
      args.add(referenceXid == 0 ? "0" : Long.toString(tag.xid(referenceXid)));
    }
    older.forEach(xid -> args.add(Long.toString(Xid.widen(xid, referenceXid))));
    args.addAll(position);
    return script.call(keys.head(), args, inFull);
  }

  private static Set<Long> olderXids(List<Batch.Name> tags) {
    Set<Long> older = new LinkedHashSet<>();
    tags.forEach(tag -> older.addAll(tag.olderXids()));
    return older;
  }

  /** Counts a reply; returns how many tags it finished. */
  private int take(List<Object> reply, List<Batch.Name> tags) {
    keysDeleted += (Long) reply.get(1);
    more = (Long) reply.get(2) == 1;
    open = (Long) reply.get(3) == 1;
    for (int i = 4; i + 1 < reply.size() && named.size() < maxNames; i += 2) {
      Batch.Name tag = tags.get(((Long) reply.get(i)).intValue() - 1);
      named.add(new DeletedKey(tag, (String) reply.get(i + 1)));
    }
    return ((Long) reply.get(0)).intValue();
  }

  private List<Object> await(
      RedisFuture<List<Object>> reply, List<Batch.Name> tags, List<String> position) {
    try {
      return RedisConnection.await(reply);
    } catch (RedisNoScriptException forgotten) {
      return RedisConnection.await(call(tags, position, true));
    } catch (RedisCommandExecutionException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith("LOST") || message.startsWith("BEHIND")) {
        throw new PositionLostException(keys.head() + ": " + message);
      }
      throw e;
    }
  }

  long keysDeleted() {
    return keysDeleted;
  }

  int calls() {
    return calls;
  }

  List<DeletedKey> named() {
    return named;
  }

  /** Whether the bucket accepts fills. */
  boolean open() {
    return open;
  }

  /** Whether there is more to forget. */
  boolean more() {
    return more;
  }
}

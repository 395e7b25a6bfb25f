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

  /** Older transactions in one call: each is a bit to set. */
  static final int OLDER_PER_CALL = 500;

  /** A deleted key and the tag through which it died. */
  record DeletedKey(Batch.Name tag, String key) {}

  /** Tags of one call, as far as they are not done. */
  private record Call(List<Batch.Name> tags, List<String> args, RedisFuture<List<Object>> reply) {}

  private final ApplyScript script;
  private final RedisKeys keys;
  private final String incarnation;
  private final int maxNames;
  private final List<Call> underWay = new ArrayList<>();
  private final List<DeletedKey> named = new ArrayList<>();
  private List<Batch.Name> lastTags = List.of();
  private List<String> lastOlder = List.of();
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
    underWay.add(call(tags, olderAhead(tags), List.of(), false));
  }

  /**
   * The older transactions for the first call of these tags, which must know them all before it
   * raises a mark; what is too much for one call goes ahead of it, and none is sent twice.
   */
  private List<String> olderAhead(List<Batch.Name> tags) {
    Set<Long> low = new LinkedHashSet<>();
    if (referenceXid != 0) {
      tags.forEach(tag -> low.addAll(tag.olderXids()));
    }
    List<String> older =
        low.stream().map(xid -> Long.toString(Xid.widen(xid, referenceXid))).toList();
    int from = 0;
    for (; older.size() - from > OLDER_PER_CALL; from += OLDER_PER_CALL) {
      // In full: a Redis that forgot the script must not do the next call without this one.
      underWay.add(call(List.of(), older.subList(from, from + OLDER_PER_CALL), List.of(), true));
    }
    return older.subList(from, older.size());
  }

  /** Sends the tags that are left, and waits for all calls but the one that stores the position. */
  void settle(List<Batch.Name> rest, long reference) {
    int last = Math.max(0, rest.size() - TAGS_PER_CALL);
    send(rest.subList(0, last), reference);
    lastTags = rest.subList(last, rest.size());
    referenceXid = reference;
    lastOlder = olderAhead(lastTags);
    for (Call call : underWay) {
      List<Batch.Name> left = call.tags();
      left = left.subList(take(await(call), left), left.size());
      while (!left.isEmpty()) {
        Call next = call(left, List.of(), List.of(), false);
        left = left.subList(take(await(next), left), left.size());
      }
    }
    underWay.clear();
  }

  /** Stores the position; returns when Redis has acknowledged it. */
  void finish(List<String> position) {
    List<Batch.Name> left = lastTags;
    List<String> older = lastOlder;
    while (true) {
      int done = take(await(call(left, older, position, false)), left);
      if (done == left.size()) {
        return;
      }
      left = left.subList(done, left.size());
      older = List.of();
    }
  }

  private Call call(
      List<Batch.Name> tags, List<String> older, List<String> position, boolean inFull) {
    calls++;
    List<String> args = new ArrayList<>(6 + 2 * tags.size() + older.size() + position.size());
    args.add(keys.prefix());
    args.add(incarnation);
    args.add(Integer.toString(BUDGET_PER_CALL));
    args.add(Integer.toString(Math.max(0, maxNames - named.size())));
    args.add(Integer.toString(tags.size()));
    args.add(Integer.toString(older.size()));
    for (Batch.Name tag : tags) {
      args.add(tag.text());
      args.add(referenceXid == 0 ? "0" : Long.toString(tag.xid(referenceXid)));
    }
    args.addAll(older);
    args.addAll(position);
    return new Call(tags, args, script.call(keys.head(), args, inFull));
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

  private List<Object> await(Call call) {
    try {
      return RedisConnection.await(call.reply());
    } catch (RedisNoScriptException forgotten) {
      return RedisConnection.await(script.call(keys.head(), call.args(), true));
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

package dev.freshet.cache;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The only way into the cache: stores a value unless its load may have missed a change. */
final class FillScript {

  /** Redis unpacks a call's tags onto Lua's stack, which is not endless. */
  static final int MAX_TAGS = 1000;

  private static final Script SCRIPT = Script.named("fill.lua");
  private static final int FIXED = 6;

  private FillScript() {}

  /**
   * One round trip.
   *
   * @param incarnation of the entry's bucket, as it was before the load
   * @param tags at most {@link #MAX_TAGS}
   * @param timeToLive less than a millisecond counts as one
   */
  static CompletionStage<Filled> run(
      RedisClusterAsyncCommands<String, byte[]> redis,
      Layout layout,
      String key,
      byte[] value,
      Collection<String> tags,
      String incarnation,
      Fence fence,
      Duration timeToLive) {
    if (tags.size() > MAX_TAGS) {
      throw new IllegalArgumentException(
          "%s carries %d tags; an entry has at most %d: tag it by the table or a parent instead"
              .formatted(key, tags.size(), MAX_TAGS));
    }
    byte[][] arguments = new byte[FIXED + tags.size()][];
    arguments[0] = Script.bytes(layout.prefix(layout.bucket(key)));
    arguments[1] = Script.bytes(incarnation);
    arguments[2] = Script.bytes(fence.xmin());
    arguments[3] = Script.bytes(fence.unfinished());
    arguments[4] = Script.bytes(Math.max(1, timeToLive.toMillis()));
    arguments[5] = value;
    int i = FIXED;
    for (String tag : tags) {
      arguments[i++] = Script.bytes(tag);
    }
    return SCRIPT.run(redis, layout.entry(key), arguments).thenApply(FillScript::read);
  }

  private static Filled read(List<Object> reply) {
    if ((Long) reply.get(0) == 1) {
      return new Filled.Stored();
    }
    String reason = Script.text(reply.get(1));
    return switch (reason) {
      case "closed" -> new Filled.RefusedAsClosed();
      case "incarnation" -> new Filled.RefusedByIncarnation(Script.text(reply.get(2)));
      case "floor" -> new Filled.RefusedByFloor(number(reply.get(2)));
      case "mark" -> new Filled.RefusedByMark(Script.text(reply.get(2)), number(reply.get(3)));
      case "unfinished" -> new Filled.RefusedByUnfinished(number(reply.get(2)));
      default -> throw new IllegalStateException("fill.lua answered \"" + reason + "\"");
    };
  }

  /** Redis writes scores as floating point numbers, exact up to 2^53. */
  private static long number(Object part) {
    return (long) Double.parseDouble(Script.text(part));
  }
}

package dev.freshet.endtoend.consistency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Layout;
import dev.freshet.cache.RedisTier;
import dev.freshet.runtime.Sink;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Freshet with one line of its fill broken, to see whether the check notices: the same sink, and
 * fills by the documented call of a changed script.
 *
 * @param line the line as it is
 * @param broken what it becomes
 */
record BrokenFill(String name, String line, String broken) implements Variant {

  @Override
  public boolean promisesAll() {
    return true;
  }

  @Override
  public Side open(Surroundings surroundings, long xidOffset) {
    StatefulRedisConnection<String, String> redis = surroundings.connect();
    Layout layout = new Layout(surroundings.topics().namespace(), surroundings.buckets());
    String script = script();
    return new Side() {
      @Override
      public Cache cache() {
        return new ScriptCache(redis, layout, script, xidOffset);
      }

      @Override
      public Sink openSink() {
        return Fenced.sink(surroundings);
      }

      @Override
      public void close() {
        redis.close();
      }
    };
  }

  private String script() {
    try (InputStream in = RedisTier.class.getResourceAsStream("fill.lua")) {
      if (in == null) {
        throw new IllegalStateException("fill.lua is not on the class path");
      }
      String script = new String(in.readAllBytes(), UTF_8);
      if (!script.contains(line)) {
        throw new IllegalStateException("fill.lua has no \"" + line + "\" any more");
      }
      return script.replace(line, broken);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record ScriptCache(
      StatefulRedisConnection<String, String> redis, Layout layout, String script, long xidOffset)
      implements Cache {

    @Override
    public Optional<String> get(Subject subject) {
      return Optional.ofNullable(redis.sync().get(layout.entry(subject.key())));
    }

    @Override
    public Attempt begin(Subject subject) {
      String head = layout.head(layout.bucket(subject.key()));
      String incarnation = redis.sync().hget(head, "incarnation");
      return new ScriptAttempt(this, subject, incarnation == null ? "" : incarnation);
    }
  }

  private static final class ScriptAttempt implements Attempt {
    private final ScriptCache cache;
    private final Subject subject;
    private final String incarnation;
    private Fence fence = Fence.NEVER;

    ScriptAttempt(ScriptCache cache, Subject subject, String incarnation) {
      this.cache = cache;
      this.subject = subject;
      this.incarnation = incarnation;
    }

    @Override
    public void fence(Connection connection) throws SQLException {
      fence = Fenced.shifted(Fence.of(connection), cache.xidOffset());
    }

    @Override
    public Attempt with(Subject other) {
      ScriptAttempt attempt = new ScriptAttempt(cache, other, incarnation);
      attempt.fence = fence;
      return attempt;
    }

    @Override
    public String fill(String value, Duration timeToLive) {
      List<String> arguments = new ArrayList<>();
      arguments.add(cache.layout().prefix(cache.layout().bucket(subject.key())));
      arguments.add(incarnation);
      arguments.add(Long.toString(fence.xmin()));
      arguments.add(fence.unfinished());
      arguments.add(Long.toString(timeToLive.toMillis()));
      arguments.add(value);
      arguments.addAll(subject.tags());
      List<Object> reply =
          cache
              .redis()
              .sync()
              .eval(
                  cache.script(),
                  ScriptOutputType.MULTI,
                  new String[] {cache.layout().entry(subject.key())},
                  arguments.toArray(String[]::new));
      return (Long) reply.get(0) == 1 ? STORED : String.valueOf(reply.get(1));
    }

    @Override
    public String told() {
      return fence.toString();
    }
  }
}

package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis Sentinel that tells clients which server of a pair is the primary. It never finds a
 * server down by itself: it says what it was told.
 *
 * <p>For one thread.
 */
final class RedisSentinel {
  static final String NAME = "pair";

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  /** How long a server may be silent before a Sentinel acts: longer than anybody tests. */
  private static final String NEVER_MILLIS = String.valueOf(Duration.ofDays(7).toMillis());

  private final ServerSpec spec;
  private @Nullable ChildProcess child;
  private boolean named;

  RedisSentinel(ServerSpec spec) {
    this.spec = spec;
  }

  int port() {
    return spec.port();
  }

  void start(EmbeddedRedis primary) {
    if (child != null && child.isAlive()) {
      throw new IllegalStateException(spec.name() + " runs already, as process " + child.pid());
    }
    long started = System.nanoTime();
    Orphans.end(spec.data());
    spec.checkPort();
    try {
      Path data = Files.createDirectories(spec.data());
      Path config =
          Files.writeString(
              data.resolve("sentinel.conf"),
              "bind 127.0.0.1\nprotected-mode no\nport %d\ndir \"%s\"\n"
                  .formatted(spec.port(), data),
              UTF_8);
      RedisBinary binary = RedisBinary.locate(BinaryCache.ours());
      ChildProcess starting =
          ChildProcess.start(
              spec,
              Privileges.asWeAre()
                  .diesWithUs(
                      "TERM", List.of(binary.server().toString(), config.toString(), "--sentinel")),
              Map.of());
      child = starting;
      named = false;
      String pong = starting.awaitReady(START_LIMIT, () -> command("PING"));
      spec.ready("Sentinel (" + pong + ")", started);
    } catch (IOException e) {
      throw new StackException(
          "Sentinel could not be prepared in " + spec.data(),
          e.toString(),
          "check that the folder is writable and the disk is not full",
          e);
    }
    name(primary);
  }

  /** From now on clients are sent to this server. Whatever was known of replicas is forgotten. */
  void name(EmbeddedRedis primary) {
    if (child == null) {
      return;
    }
    try {
      if (named) {
        command("SENTINEL", "REMOVE", NAME);
      }
      command("SENTINEL", "MONITOR", NAME, "127.0.0.1", String.valueOf(primary.port()), "1");
      named = true;
      command("SENTINEL", "SET", NAME, "down-after-milliseconds", NEVER_MILLIS);
      if (!primary.password().isEmpty()) {
        command("SENTINEL", "SET", NAME, "auth-pass", primary.password());
      }
    } catch (IOException e) {
      throw new StackException(
          spec.name() + " cannot be told of the primary at port " + primary.port(),
          e.toString(),
          "the whole log is " + spec.log(),
          e);
    }
  }

  void stop() {
    if (child != null) {
      child.signal("TERM");
      child.awaitEndOrKill(STOP_LIMIT);
      child = null;
    }
  }

  private String command(String... words) throws IOException {
    try (RedisWire wire = RedisWire.connect(spec.port())) {
      return wire.command(words);
    }
  }
}

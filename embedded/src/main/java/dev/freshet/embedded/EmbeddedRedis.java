package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis, a child of this JVM that dies with it, on loopback only. A durable one writes an
 * append-only file, synced each second, as Redis's own guide advises; one that is not keeps its
 * data over {@link #stop()} but not over {@link #kill()}.
 *
 * <p>Safe for use by several threads; starting and stopping exclude each other.
 */
public final class EmbeddedRedis implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private static final Duration STOP_POLL = Duration.ofMillis(20);

  /** Below all ports servers of ours listen on, and never in use on loopback. */
  private static final String NOBODYS_PORT = "1";

  private final ServerSpec spec;
  private volatile Optional<EmbeddedRedis> followed = Optional.empty();
  private @Nullable ChildProcess child;

  /** A server that is not started yet. */
  public EmbeddedRedis(ServerSpec spec) {
    this.spec = spec;
  }

  /** The address, the same for all runs of this server. */
  public String uri() {
    return "redis://"
        + (password().isEmpty() ? "" : ":" + password() + "@")
        + "127.0.0.1:"
        + port();
  }

  /** The loopback port. */
  public int port() {
    return spec.port();
  }

  /** Starts it on the data that are there; returns when it answers. */
  public synchronized void start() {
    if (child != null && child.isAlive()) {
      throw new IllegalStateException(spec.name() + " runs already, as process " + child.pid());
    }
    long started = System.nanoTime();
    Orphans.end(spec.data());
    spec.checkPort();
    try {
      Path data = Files.createDirectories(spec.data());
      RedisBinary binary = RedisBinary.locate(BinaryCache.ours());
      Path config = Files.writeString(data.resolve("redis.conf"), settings(data), UTF_8);
      ChildProcess starting =
          ChildProcess.start(
              spec,
              Privileges.first()
                  .diesWithUs("TERM", List.of(binary.server().toString(), config.toString())),
              Map.of());
      child = starting;
      String version = starting.awaitReady(START_LIMIT, this::askVersion);
      spec.ready(version, started);
    } catch (IOException e) {
      throw new StackException(
          "Redis could not be prepared in " + spec.data(),
          e.toString(),
          "check that the folder is writable and the disk is not full",
          e);
    }
  }

  /** Stops it with its data saved. */
  public synchronized void stop() {
    if (child == null) {
      return;
    }
    long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
    // It refuses while it writes its first append-only file, as a new replica does, and forgets
    // that it was asked.
    while (child.isAlive() && !agreesToEnd() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(STOP_POLL.toNanos());
    }
    child.awaitEndOrKill(STOP_LIMIT);
    child = null;
  }

  private boolean agreesToEnd() {
    try (RedisWire wire = open()) {
      wire.command("SHUTDOWN", appendOnly() ? "NOSAVE" : "SAVE");
      return false;
    } catch (EOFException closed) {
      return true; // it answers a shutdown by closing the connection
    } catch (IOException refused) {
      return false;
    }
  }

  /** Kills it ({@code kill -9}). A durable one loses at most the last two seconds. */
  public synchronized void kill() {
    if (child != null) {
      child.kill();
      child = null;
    }
  }

  /** Makes it a replica of another: now if it runs, or else when it is started. */
  void follow(EmbeddedRedis primary) {
    followed = Optional.of(primary);
    replicate("127.0.0.1", String.valueOf(primary.port()));
  }

  /** Makes a replica stop hearing from its primary, while it goes on being a replica. */
  void hearNothing() {
    replicate("127.0.0.1", NOBODYS_PORT);
  }

  /** Makes a replica a primary, with the data it has. */
  void followNobody() {
    followed = Optional.empty();
    replicate("NO", "ONE");
  }

  private synchronized void replicate(String host, String port) {
    if (child == null) {
      return;
    }
    try (RedisWire wire = open()) {
      wire.command("CONFIG", "SET", "masterauth", primaryPassword());
      wire.command("REPLICAOF", host, port);
    } catch (IOException e) {
      throw new StackException(
          spec.name() + " cannot be made to follow " + host + " " + port,
          e.toString(),
          "the whole log is " + spec.log(),
          e);
    }
  }

  /** A field of a section of {@code INFO}; empty when it is not there. */
  String info(String section, String name) throws IOException {
    try (RedisWire wire = open()) {
      return field(wire.command("INFO", section), name + ":");
    }
  }

  /** A field of {@code CLUSTER INFO}; empty when it is not there. */
  String clusterInfo(String name) throws IOException {
    try (RedisWire wire = open()) {
      return field(wire.command("CLUSTER", "INFO"), name + ":");
    }
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  private boolean appendOnly() {
    return spec.settings().getOrDefault("appendonly", spec.durable() ? "yes" : "no").equals("yes");
  }

  private String settings(Path data) {
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("bind", "127.0.0.1");
    ours.put("protected-mode", "no"); // bound to loopback, and no password to protect with
    ours.put("port", String.valueOf(spec.port()));
    ours.put("daemonize", "no");
    ours.put("dir", '"' + data.toString() + '"');
    ours.put("save", "\"\"");
    ours.put("appendonly", spec.durable() ? "yes" : "no");
    ours.put("appendfsync", "everysec");
    // A replica is served at once, and through no file that a later start might take for data.
    ours.put("repl-diskless-sync", "yes");
    ours.put("repl-diskless-sync-delay", "0");
    ours.put("rdb-del-sync-files", "yes");
    followed.ifPresent(primary -> ours.put("replicaof", "127.0.0.1 " + primary.port()));
    if (!primaryPassword().isEmpty()) {
      ours.put("masterauth", primaryPassword());
    }
    StringBuilder text = new StringBuilder("# Written at each start.\n");
    spec.over(ours)
        .forEach(
            (key, value) ->
                text.append(key).append(' ').append(value.isEmpty() ? "\"\"" : value).append('\n'));
    return text.toString();
  }

  /** The password it asks for; empty when it asks for none. */
  String password() {
    return spec.settings().getOrDefault("requirepass", "");
  }

  private String primaryPassword() {
    return followed.map(EmbeddedRedis::password).orElse("");
  }

  RedisWire open() throws IOException {
    RedisWire wire = RedisWire.connect(spec.port());
    if (!password().isEmpty()) {
      try {
        wire.command("AUTH", password());
      } catch (IOException e) {
        wire.close();
        throw e;
      }
    }
    return wire;
  }

  private String askVersion() throws IOException {
    try (RedisWire wire = open()) {
      wire.command("PING"); // an error while data are being loaded
      String info = wire.command("INFO", "server");
      String valkey = field(info, "valkey_version:");
      // Valkey also claims to be the Redis it is compatible with.
      return valkey.isEmpty() ? "Redis " + field(info, "redis_version:") : "Valkey " + valkey;
    }
  }

  private static String field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()))
        .findFirst()
        .orElse("");
  }
}

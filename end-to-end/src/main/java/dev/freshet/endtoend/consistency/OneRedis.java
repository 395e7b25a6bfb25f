package dev.freshet.endtoend.consistency;

import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A Redis alone, with a replica when it needs one. */
final class OneRedis implements LaneRedis {

  private ServerSpec spec;
  private static final int SPARE_BYTES = 400_000;

  private final RedisClient client;
  private EmbeddedRedis server;
  private int failovers;

  /**
   * @param folder for its data; nobody else's
   * @param resources of its connections; not closed here
   */
  OneRedis(Path folder, ClientResources resources) {
    this.spec = ServerSpec.in(folder, "redis").withoutDurability();
    this.client = RedisClient.create(resources);
    this.server = new EmbeddedRedis(spec);
    server.start();
  }

  @Override
  public String uri() {
    return server.uri();
  }

  @Override
  public AbstractRedisClient client(ClientResources resources, Duration timeout) {
    RedisURI address = RedisURI.create(uri());
    address.setTimeout(timeout);
    RedisClient made = RedisClient.create(resources, address);
    made.setOptions(
        ClientOptions.builder()
            .timeoutOptions(TimeoutOptions.enabled(timeout))
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .build());
    return made;
  }

  @Override
  public boolean can(Fault fault) {
    return true;
  }

  @Override
  public void forgetScripts() {
    with(RedisCommands::scriptFlush);
  }

  @Override
  public void disconnect() {
    with(commands -> commands.clientKill(KillArgs.Builder.typeNormal().skipme(true)));
  }

  @Override
  public void flush() {
    with(RedisCommands::flushall);
  }

  /** Does something on a connection of its own. */
  private void with(Consumer<RedisCommands<String, String>> work) {
    try (StatefulRedisConnection<String, String> connection =
        client.connect(RedisURI.create(uri()))) {
      work.accept(connection.sync());
    }
  }

  @Override
  public void restart() {
    server.stop();
    server.start();
  }

  @Override
  public void restartEmpty() {
    server.kill();
    deleteSaved();
    server.start();
  }

  private void deleteSaved() {
    try {
      Files.deleteIfExists(spec.folder().resolve(spec.name()).resolve("dump.rdb"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void restartOlder(Duration lost, Runnable losing) {
    with(RedisCommands::save);
    Pause.forNanos(lost.toNanos());
    losing.run();
    server.kill();
    server.start();
  }

  @Override
  public void failOver(Duration lost, Runnable losing) {
    failovers++;
    ServerSpec second = ServerSpec.in(spec.folder(), "replica-" + failovers).withoutDurability();
    EmbeddedRedis replica =
        new EmbeddedRedis(second.withSetting("replicaof", "127.0.0.1 " + server.port()));
    replica.start();
    try (StatefulRedisConnection<String, String> connection =
        client.connect(RedisURI.create(replica.uri()))) {
      RedisCommands<String, String> commands = connection.sync();
      long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (!commands.info("replication").contains("master_link_status:up")) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("the replica did not catch up in 10 s");
        }
        Pause.forMillis(10);
      }
      commands.replicaofNoOne();
    }
    Pause.forNanos(lost.toNanos());
    losing.run();
    server.kill();
    replica.stop(); // saves
    spec = second.withPort(spec.port());
    server = new EmbeddedRedis(spec);
    server.start();
  }

  @Override
  public void letEvict() {
    with(
        commands -> {
          long used = number(commands.info("memory"), "used_memory:");
          commands.configSet("maxmemory-policy", "volatile-lru");
          commands.configSet("maxmemory", Long.toString(used + SPARE_BYTES));
        });
  }

  @Override
  public long evicted() {
    AtomicLong evicted = new AtomicLong();
    with(commands -> evicted.set(number(commands.info("stats"), "evicted_keys:")));
    return evicted.get();
  }

  private static long number(String info, String field) {
    return info.lines()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.substring(field.length())))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    server.kill();
  }
}

package dev.freshet.endtoend.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.cache.RedisTier;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.materializer.view.Database;
import dev.freshet.runtime.config.Environment;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The servers, a proxy before each, and the Freshet processes that know only the proxies. What asks
 * for the truth goes past them; Kafka alone sends everybody through its own.
 */
final class Site implements AutoCloseable {

  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);
  private static final long START_SECONDS = 120;
  private static final List<String> SMALL =
      List.of("-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  /** What the site itself is called among Postgres's sessions. */
  static final String APPLICATION = "fault check";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Thread closeAtExit = new Thread(this::closeAll, "fault-site-close");
  private final TcpProxy kafka;
  private final TcpProxy postgres;
  private final TcpProxy redis;
  private final EmbeddedStack stack;
  private final StateFolder state;
  private final FreshetConfig config;
  private final StatefulRedisConnection<String, String> connection;
  private final RedisTier cache;
  private final Member invalidating;
  private final Member views;
  private final Member second;

  private Site(Set<Sabotage> broken, Consumer<String> talk) throws IOException, SQLException {
    Runtime.getRuntime()
        .addShutdownHook(closeAtExit); // also when it is told to end while it starts
    kafka = keep(TcpProxy.open("kafka"));
    postgres = keep(TcpProxy.open("postgres"));
    redis = keep(TcpProxy.open("redis"));
    stack =
        keep(
            EmbeddedStack.builder()
                .progress(talk)
                .kafkaSetting("advertised.listeners", "PLAINTEXT://127.0.0.1:" + kafka.port())
                .redisSetting("appendonly", "yes")
                .kafkaApart()
                .closeByCaller()
                .start());
    kafka.leadTo(URI.create("kafka://" + stack.kafkaBootstrap()).getPort());
    postgres.leadTo(stack.postgres().port());
    redis.leadTo(stack.redisServer().port());
    state = keep(StateFolder.open(talk));
    config = direct();
    RedisClient client = redisClient();
    opened.push(() -> client.shutdown(Duration.ZERO, REDIS_TIMEOUT));
    connection = client.connect();
    cache = keep(RedisTier.open(client, config.namespace()));
    try (Connection database = connect();
        Statement statement = database.createStatement()) {
      statement.execute(resource("schema.sql"));
    }
    Path file = stack.dataFolder().resolve("freshet.yaml");
    Files.writeString(file, Sabotage.in(resource("freshet.yaml"), broken));
    invalidating = keep(member("invalidating", file, "ingest", "invalidation-stream"));
    views = keep(member("views", file, "metrics-aggregator", "materializer"));
    second = keep(member("second", file, "invalidation-stream", "metrics-aggregator"));
  }

  /**
   * Starts everything; returns when all roles run.
   *
   * @param broken how the product is broken on purpose; nothing for as it is
   */
  static Site start(Set<Sabotage> broken, Consumer<String> talk)
      throws IOException, SQLException, InterruptedException {
    Site site = new Site(broken, talk);
    try {
      for (Member member : List.of(site.invalidating, site.views)) {
        member.start();
      }
      for (Member member : List.of(site.invalidating, site.views)) {
        if (!member.awaitReady(START_SECONDS)) {
          throw new IllegalStateException(
              "%s did not start within %d s:%n%s"
                  .formatted(member.name(), START_SECONDS, String.join("\n", member.said())));
        }
      }
      return site;
    } catch (RuntimeException | InterruptedException e) {
      site.close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  private Member member(String name, Path file, String... roles) {
    PostgresAddress at = stack.postgres();
    PostgresAddress proxied =
        new PostgresAddress(at.host(), postgres.port(), at.database(), at.user(), at.password());
    Map<String, String> variables =
        variables(
            proxied.uri(), "127.0.0.1:" + kafka.port(), "redis://127.0.0.1:" + redis.port(), name);
    List<String> words = List.of("run", roles[0], roles[1], "-c", file.toString());
    return new Member(name, SMALL, words, variables);
  }

  private Map<String, String> variables(
      String postgresUri, String bootstrap, String redisUri, String member) {
    return Map.of(
        "POSTGRES", postgresUri,
        "KAFKA", bootstrap,
        "REDIS", redisUri,
        "MEMBER", member,
        "STATE", state.path().toString());
  }

  private FreshetConfig direct() {
    Map<String, String> direct =
        variables(stack.postgres().uri(), stack.kafkaBootstrap(), stack.redisUri(), "check");
    return ConfigFile.parse(resource("freshet.yaml"), "freshet.yaml", Environment.of(direct))
        .fold(
            accepted -> accepted.value(),
            problems -> {
              throw new InvalidConfigException(problems);
            });
  }

  private RedisClient redisClient() {
    RedisURI address = RedisURI.create(stack.redisUri());
    address.setTimeout(REDIS_TIMEOUT);
    RedisClient client = RedisClient.create(address);
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(REDIS_TIMEOUT))
            .build());
    return client;
  }

  private static String resource(String name) {
    try (InputStream in = Site.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EmbeddedStack stack() {
    return stack;
  }

  StateFolder state() {
    return state;
  }

  /** The config as it ought to be, with the servers' own addresses. */
  FreshetConfig config() {
    return config;
  }

  Database database() {
    return new Database(config.postgres());
  }

  /** A connection past the proxy, in autocommit. */
  Connection connect() throws SQLException {
    Connection connection = database().open();
    connection.setClientInfo("ApplicationName", APPLICATION);
    return connection;
  }

  /** Redis past the proxy; throws while Redis is away. */
  RedisCommands<String, String> redis() {
    return connection.sync();
  }

  /** The cache past the proxy; throws while Redis is away. */
  RedisTier cache() {
    return cache;
  }

  /** The proxies: before Kafka, Postgres and Redis. */
  List<TcpProxy> proxies() {
    return List.of(kafka, postgres, redis);
  }

  /** Captures and invalidates. */
  Member invalidating() {
    return invalidating;
  }

  /** Counts requests and keeps the views. */
  Member views() {
    return views;
  }

  /** Shares the work of both when it is there. */
  Member second() {
    return second;
  }

  @Override
  public void close() {
    closeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException jvmIsEnding) {
      return;
    }
  }

  private synchronized void closeAll() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        System.err.println("bench: a part of the site did not close: " + e);
      }
    }
  }
}

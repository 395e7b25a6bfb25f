package dev.freshet.endtoend;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.app.Pipeline;
import dev.freshet.app.Role;
import dev.freshet.app.Roles;
import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.cache.RedisTier;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.Lsn;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.config.Environment;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** An application with a database and a cache, and Freshet's config file to go with them. */
final class Shop implements AutoCloseable {

  static final String NAMESPACE = "shop";

  private static final String HEAD = NAMESPACE + ":{0}:head";
  private static final Duration TIME_TO_LIVE = Duration.ofHours(1);
  private static final Duration REDIS_TIMEOUT = Duration.ofSeconds(2);
  private static final String ADDRESSES =
      """
      namespace: shop
      postgres: ${POSTGRES}
      redis: ${REDIS}
      slos: {}
      monitoring: { listen: off }
      """;

  /** The config's line for Kafka when a test wants nothing of it. */
  static final String KAFKA = "kafka: ${KAFKA}\n";

  private final EmbeddedStack stack;
  private final String redisUri;
  private final Path file;
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> redis;
  private final RedisTier cache;
  private final List<Pipeline> started = new ArrayList<>();

  /**
   * @param folder where its config file goes
   * @param settings what the config says besides its addresses
   */
  Shop(EmbeddedStack stack, Path folder, String settings) throws IOException {
    this(stack, stack.redisUri(), folder, settings);
  }

  /** The same with its cache in another Redis than the stack's. */
  Shop(EmbeddedStack stack, String redisUri, Path folder, String settings) throws IOException {
    this.stack = stack;
    this.redisUri = redisUri;
    this.file = Files.writeString(folder.resolve("freshet.yaml"), ADDRESSES + settings);
    RedisURI address = RedisURI.create(redisUri);
    address.setTimeout(REDIS_TIMEOUT);
    this.client = RedisClient.create(address);
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(REDIS_TIMEOUT))
            .build());
    this.redis = client.connect();
    this.cache = RedisTier.open(client, NAMESPACE);
  }

  /** What the config file refers to. */
  Map<String, String> variables() {
    return Map.of(
        "POSTGRES", stack.postgres().uri(),
        "KAFKA", stack.kafkaBootstrap(),
        "REDIS", redisUri);
  }

  Path file() {
    return file;
  }

  FreshetConfig config() throws IOException {
    return ConfigFile.parse(Files.readString(file), file.toString(), Environment.of(variables()))
        .fold(
            accepted -> accepted.value(),
            problems -> {
              throw new InvalidConfigException(problems);
            });
  }

  /** Starts these roles in this JVM, or all; closed with the shop unless closed before. */
  Pipeline start(String... roles) throws IOException {
    List<Role> chosen =
        roles.length == 0
            ? Roles.all()
            : List.of(roles).stream().map(name -> Roles.named(name).orElseThrow()).toList();
    Pipeline pipeline = new Pipeline();
    started.add(pipeline);
    pipeline.start(config(), chosen, new SimpleMeterRegistry(), System.out::println);
    return pipeline;
  }

  /** Types a command with this config. */
  Answer freshet(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-c", file.toString()));
    return Answer.of(variables(), all.toArray(String[]::new));
  }

  /** What {@code why} says, as soon as it knows: the report travels behind the delete. */
  String why(String... words) {
    List<String> all = new ArrayList<>(List.of("why"));
    all.addAll(List.of(words));
    String[] typed = all.toArray(String[]::new);
    Answer[] answer = {freshet(typed)};
    Wait.until(
        "an answer of why " + List.of(words),
        () -> {
          answer[0] = answer[0].code() == 0 ? answer[0] : freshet(typed);
          return answer[0].code() == 0;
        });
    return answer[0].out();
  }

  /** Types a command that goes on for ever, and ends it as soon as it has printed this. */
  Answer freshetUntil(String printed, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-c", file.toString()));
    return Answer.until(printed, variables(), all.toArray(String[]::new));
  }

  /** How the service of this name is. */
  static Health.State health(Pipeline pipeline, String service) {
    return pipeline.services().stream()
        .filter(one -> one.name().equals(service))
        .findFirst()
        .orElseThrow()
        .health()
        .state();
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        stack.postgres().jdbcUrl(), stack.postgres().user(), stack.postgres().password());
  }

  /** Each statement is a transaction. */
  void sql(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String one : statements) {
        statement.execute(one);
      }
    }
  }

  RedisCommands<String, String> redis() {
    return redis.sync();
  }

  RedisTier cache() {
    return cache;
  }

  /** Stores an entry as an application does, loading again while a load is refused. */
  void fill(String key, String... tags) {
    Wait.until(
        "a load of " + key + " is stored",
        () -> {
          try (Connection connection = connect()) {
            String incarnation = cache.incarnation(key);
            Fence fence = Fence.of(connection);
            return cache.fill(key, "cached", List.of(tags), incarnation, fence, TIME_TO_LIVE)
                instanceof Filled.Stored;
          }
        });
  }

  boolean holds(String key) {
    return cache.get(key).isPresent();
  }

  void awaitGone(String key) {
    Wait.until(key + " is deleted", () -> !holds(key));
  }

  /** Waits until everything committed before this call has been applied to Redis. */
  void awaitApplied() throws SQLException {
    Lsn committed;
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()")) {
      row.next();
      committed = Lsn.parse(row.getString(1));
    }
    Wait.until(
        "the watermark passes " + committed,
        () ->
            Optional.ofNullable(redis().hget(HEAD, "lsn"))
                .map(Lsn::parse)
                .filter(applied -> applied.compareTo(committed) >= 0)
                .isPresent());
  }

  /** Waits until Redis has everything that is in the invalidations topic now. */
  void awaitCaughtUp() throws Exception {
    Map<String, Long> ends = invalidations();
    Wait.until(
        "Redis has " + ends,
        () -> {
          Map<String, String> head = redis().hgetall(HEAD);
          return ends.entrySet().stream()
              .allMatch(
                  end -> Long.parseLong(head.getOrDefault(end.getKey(), "0")) >= end.getValue());
        });
  }

  /** How far the invalidations topic goes, by the field of the head that follows it. */
  private Map<String, Long> invalidations() throws Exception {
    FreshetConfig config = config();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafkaBootstrap()))) {
      Map<String, Long> ends = new TreeMap<>();
      for (int partition = 0; partition < config.invalidation().partitions(); partition++) {
        TopicPartition asked = new TopicPartition(config.topics().invalidations(), partition);
        long end =
            admin
                .listOffsets(Map.of(asked, OffsetSpec.latest()))
                .partitionResult(asked)
                .get()
                .offset();
        ends.put("offset:" + partition, end);
      }
      return ends;
    }
  }

  @Override
  public void close() {
    started.forEach(Pipeline::close);
    redis.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}

package dev.freshet.endtoend.bench;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.events.TableName;
import dev.freshet.invalidation.TableRule;
import dev.freshet.invalidation.TagRules;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** The embedded stack with one table whose rows have ids 1 to n, and a tag per row. */
final class TestBed implements AutoCloseable {

  static final TableName TABLE = new TableName("public", "item");
  static final TagRules RULES = new TagRules(Map.of(TABLE, TableRule.tags("item:{id}")));

  /** Slow enough to be worth a look, in the unit of Redis. */
  private static final int SLOW_MICROS = 1000;

  private static final int ROWS_PER_TRANSACTION = 500;

  private final EmbeddedStack stack;
  private final RedisClient redisClient;
  private final StatefulRedisConnection<String, String> redis;
  private int marker;

  private TestBed(EmbeddedStack stack) {
    this.stack = stack;
    this.redisClient = RedisClient.create(stack.redisUri());
    this.redis = redisClient.connect();
  }

  /**
   * Starts everything.
   *
   * @param rows of the table
   * @param deaths whether Redis shall tell which keys it deletes, which costs it time
   */
  static TestBed start(int rows, boolean deaths, Consumer<String> talk) throws SQLException {
    EmbeddedStack stack =
        EmbeddedStack.builder()
            .progress(talk)
            .redisSetting("notify-keyspace-events", deaths ? "Eg" : "")
            .redisSetting("slowlog-log-slower-than", Integer.toString(SLOW_MICROS))
            .redisSetting("slowlog-max-len", "1024")
            .start();
    try {
      TestBed bed = new TestBed(stack);
      bed.createTable(rows);
      return bed;
    } catch (SQLException | RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void createTable(int rows) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE item (id int PRIMARY KEY, version bigint NOT NULL, note text NOT NULL)");
      statement.execute(
          "INSERT INTO item SELECT id, 0, 'what is cached from row ' || id FROM generate_series(1, %d) id"
              .formatted(rows));
      statement.execute("VACUUM ANALYZE item");
    }
  }

  KafkaConnection kafka() {
    return new KafkaConnection(stack.kafkaBootstrap(), Map.of());
  }

  PostgresConnection postgres() {
    PostgresAddress at = stack.postgres();
    return new PostgresConnection(
        at.host(), at.port(), at.database(), at.user(), at.password(), Map.of());
  }

  /** The same as a config file has it. */
  String postgresUri() {
    return stack.postgres().uri();
  }

  String redisUri() {
    return stack.redisUri();
  }

  StatefulRedisConnection<String, String> redis() {
    return redis;
  }

  /** Begins to hear of deleted keys. */
  Deaths deaths() {
    return new Deaths(redisClient.connectPubSub());
  }

  /** A connection of its own, in autocommit. */
  Connection connect() throws SQLException {
    PostgresConnection at = postgres();
    return DriverManager.getConnection(at.jdbcUrl(), at.jdbcProperties());
  }

  /** Updates rows 1 to {@code rows} as fast as one connection can, 500 in a transaction. */
  void update(int rows) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE item SET version = version + 1 WHERE id BETWEEN ? AND ?")) {
      for (int from = 1; from <= rows; from += ROWS_PER_TRANSACTION) {
        update.setInt(1, from);
        update.setInt(2, Math.min(rows, from + ROWS_PER_TRANSACTION - 1));
        update.executeUpdate();
      }
    }
  }

  /** The id of a row nobody has seen; below zero, out of the way of the others. */
  int nextMarker() {
    marker--;
    return marker;
  }

  /** Commits a row with this id. */
  void insertMarker(int id) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO item VALUES (?, 0, 'marker')")) {
      insert.setInt(1, id);
      insert.executeUpdate();
    }
  }

  @Override
  public void close() {
    redisClient.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    stack.close();
  }
}

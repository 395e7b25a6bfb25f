package dev.freshet.endtoend.bench;

import dev.freshet.events.RowChange;
import dev.freshet.events.Topics;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.Service;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * The least a change can cost: one thread reads the log and tells Redis, with nothing kept and
 * nothing promised. It stores no position and waits for no answer.
 */
final class RawLog implements Service {

  private static final String DELETE_TAG =
      """
      local members = redis.call('ZRANGE', KEYS[1], 0, -1)
      if #members > 0 then
        redis.call('UNLINK', KEYS[1], unpack(members))
      end
      return #members
      """;

  private final TestBed bed;
  private final Topics topics;
  private final Thread thread = new Thread(this::run, "bench-raw-log");
  private @Nullable Connection connection;
  private @Nullable PGReplicationStream stream;
  private @Nullable RedisClient client;
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile boolean closing;

  RawLog(TestBed bed, Topics topics) {
    this.bed = bed;
    this.topics = topics;
  }

  @Override
  public String name() {
    return "raw-log";
  }

  @Override
  public void start() {
    String name = topics.namespace();
    Properties properties = bed.postgres().jdbcProperties();
    properties.setProperty("replication", "database");
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("preferQueryMode", "simple");
    try {
      try (Connection ordinary = bed.connect();
          Statement statement = ordinary.createStatement()) {
        statement.execute(
            "CREATE PUBLICATION \"%s\" FOR TABLE %s".formatted(name, TestBed.TABLE.quoted()));
      }
      Connection opened = DriverManager.getConnection(bed.postgres().jdbcUrl(), properties);
      connection = opened;
      var replication = opened.unwrap(PGConnection.class).getReplicationAPI();
      replication
          .createReplicationSlot()
          .logical()
          .withSlotName(name)
          .withTemporaryOption()
          .withOutputPlugin("pgoutput")
          .make();
      stream =
          replication
              .replicationStream()
              .logical()
              .withSlotName(name)
              .withSlotOption("proto_version", "1")
              .withSlotOption("publication_names", name)
              .withStatusInterval(1, TimeUnit.SECONDS)
              .start();
    } catch (SQLException e) {
      throw new IllegalStateException("the log cannot be read", e);
    }
    client = RedisClient.create(bed.redisUri());
    thread.start();
    health = Health.of(Health.State.RUNNING);
  }

  private void run() {
    PGReplicationStream log = stream;
    RedisClient redis = client;
    if (log == null || redis == null) {
      throw new IllegalStateException("not started");
    }
    try {
      RedisAsyncCommands<String, String> commands = redis.connect().async();
      String script = commands.scriptLoad(DELETE_TAG).get();
      String index = new Entries(bed.redis(), topics.namespace()).indexPrefix();
      PgOutput messages = new PgOutput();
      while (true) {
        RowChange change = messages.read(log.read()).orElse(null);
        if (change != null) {
          delete(commands, script, index, change);
        }
        log.setFlushedLSN(log.getLastReceiveLSN());
      }
    } catch (Exception e) {
      health =
          closing
              ? Health.of(Health.State.STOPPED)
              : new Health(Health.State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static void delete(
      RedisAsyncCommands<String, String> redis, String script, String index, RowChange change) {
    TestBed.RULES
        .touchedBy(change)
        .ifPresent(
            touched -> {
              for (String tag : touched.tags()) {
                RedisFuture<Long> unawaited =
                    redis.evalsha(script, ScriptOutputType.INTEGER, index + tag);
                if (unawaited.isCancelled()) {
                  throw new IllegalStateException("Redis is gone");
                }
              }
            });
  }

  @Override
  public Health health() {
    return health;
  }

  @Override
  public void close() {
    closing = true;
    try {
      if (connection != null) {
        connection.abort(Runnable::run); // close would wait for the reader
      }
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (SQLException e) {
      health = new Health(Health.State.FAILED, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (client != null) {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }
}

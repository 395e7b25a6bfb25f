package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.cache.FreshCache;
import dev.freshet.cache.TtlClass;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.config.Environment;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The guide to an installation, followed: everything runs with the rights it names, and no others.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class LeastPrivilegeIT {

  private static final String PASSWORD = "of-sixteen-and-more-letters";
  private static final String GUIDE = Repository.read("docs/guides/install.md");
  private static final Pattern SQL = Pattern.compile("(?ms)^```sql$(.*?)^```$");

  /**
   * The blocks that the files of the containers have as well; the next one is for an application.
   */
  private static final int OF_FRESHET = 2;

  @TempDir Path folder;

  @Test
  void allOfFreshetRunsWithTheRightsOfTheGuide() throws Exception {
    try (EmbeddedStack stack =
            KafkaRights.enforce(EmbeddedStack.builder().database("demo")).start();
        Connection owner = connect(stack, stack.postgres().user())) {
      prepare(stack, owner);
      String config = config(stack);
      CompletableFuture<Integer> code = new CompletableFuture<>();
      Thread running = new Thread(() -> code.complete(run(config)), "freshet run");
      running.start();
      try {
        await("an entry dies with its row", () -> anEntryDiesWithItsRow(stack, owner));
        await("the view has rows", () -> count(stack, "views.emissions_daily") > 0);
        assertThat(code).as("freshet run ended early").isNotDone();
        Typed doctor = freshet("doctor", "-c", config);
        assertThat(doctor.code()).as(doctor.out() + doctor.err()).isZero();
        assertThat(freshet("snapshot", "public.facilities", "-c", config).code()).isZero();
        await("the snapshot is complete", () -> snapshotIsComplete(config));
        assertThat(freshet("why", "--tag", "org:1", "-c", config).code()).isZero();
        nothingElseIsAllowed(stack);
        PooledApplication.reads(stack, folder);
      } finally {
        running.interrupt();
        assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
      }
    }
  }

  private static boolean snapshotIsComplete(String config) {
    Typed status = freshet("snapshot", "status", "-c", config);
    assertThat(status.code()).as(status.err()).isZero();
    return status.out().contains("completed");
  }

  private static void prepare(EmbeddedStack stack, Connection owner) throws Exception {
    String demo = "app/src/main/resources/dev/freshet/app/demo/";
    sql(owner, Repository.read(demo + "schema.sql"));
    sql(owner, Repository.read(demo + "seed.sql"));
    SQL.matcher(GUIDE).results().forEach(block -> sql(owner, block.group(1)));
    sql(owner, "CREATE TABLE secrets (id int PRIMARY KEY)");
    for (String user : List.of("freshet", "app")) {
      sql(owner, "ALTER ROLE %s PASSWORD '%s'".formatted(user, PASSWORD));
    }
    sql(owner, "GRANT SELECT ON organizations TO app");
    KafkaRights.grant(stack, GUIDE);
    RedisClient redis = RedisClient.create(stack.redisUri());
    try (var connection = redis.connect()) {
      for (String user : List.of("freshet", "app")) {
        CommandArgs<String, String> rights = new CommandArgs<>(StringCodec.UTF8);
        rights.add("SETUSER").add(user).add("on").add(">" + PASSWORD);
        List.of(Repository.read("docker/redis/" + user + ".acl").strip().split(" ", -1))
            .forEach(rights::add);
        connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), rights);
      }
    } finally {
      redis.shutdown();
    }
  }

  @Test
  void redisReadsTheConfigAndTheUsersOfTheContainers() throws Exception {
    Program server = Program.named("redis-server", "redis-server");
    Path docker = Files.createDirectories(folder.resolve("docker"));
    Files.createDirectories(docker.resolve("redis"));
    for (String file :
        List.of("make-secrets", "redis/freshet.acl", "redis/app.acl", "redis/insight.acl")) {
      Files.copy(Repository.ROOT.resolve("docker").resolve(file), docker.resolve(file));
    }
    assertThat(new Program(docker.resolve("make-secrets")).run(Map.of())).startsWith("exit 0");
    int port = PooledApplication.freePort();
    String config =
        Repository.read("docker/redis/redis.conf")
            .replace("bind * -::*", "bind 127.0.0.1")
            .replace("port 6379", "port " + port)
            .replace("dir /data", "dir " + folder)
            .replace("/run/secrets/", docker + "/secrets/");
    Path file = Files.writeString(folder.resolve("redis.conf"), config);
    Process running = server.start(Map.of(), List.of(file.toString()));
    try {
      String password = Files.readString(docker.resolve("secrets/redis-freshet"));
      RedisClient client =
          RedisClient.create("redis://freshet:%s@127.0.0.1:%d".formatted(password, port));
      try {
        await("Redis answers", () -> policy(client).equals("volatile-lru"));
      } finally {
        client.shutdown();
      }
    } finally {
      running.destroy();
      running.waitFor();
    }
  }

  private static String policy(RedisClient client) {
    try (var redis = client.connect()) {
      return redis.sync().info("memory").replaceAll("(?s).*maxmemory_policy:(\\S+).*", "$1");
    } catch (RedisConnectionException notYet) {
      return "";
    }
  }

  @Test
  void theGuideSaysWhatTheContainersDo() {
    String blocks =
        SQL.matcher(GUIDE)
            .results()
            .limit(OF_FRESHET)
            .map(block -> block.group(1))
            .reduce("", String::concat);
    String files =
        Repository.read("docker/postgres/30-freshet.sql")
            + Repository.read("docker/postgres/40-views.sql");
    assertThat(statements(blocks)).isEqualTo(statements(files));
    String accounts = Repository.read("docker/postgres/50-accounts.sh");
    SQL.matcher(GUIDE)
        .results()
        .skip(OF_FRESHET)
        .flatMap(block -> block.group(1).strip().lines())
        .forEach(statement -> assertThat(accounts).contains(statement));
    for (String user : List.of("freshet", "app")) {
      assertThat(GUIDE)
          .contains(
              "ACL SETUSER %s on >PASSWORD %s"
                  .formatted(user, Repository.read("docker/redis/" + user + ".acl")));
    }
  }

  private static String statements(String sql) {
    return sql.replaceAll("(?m)^--.*$", "").replaceAll("\\s+", " ").strip();
  }

  /** The config of the containers, at other addresses. */
  private String config(EmbeddedStack stack) throws Exception {
    String text =
        Repository.read("docker/freshet.yaml")
            .replace("@postgres:5432", "@127.0.0.1:" + stack.postgres().port())
            .replace("@redis:6379", stack.redisUri().replace("redis://", "@"))
            .replaceAll("0\\.0\\.0\\.0:[0-9]+", "127.0.0.1:0")
            .replace("/var/lib/freshet", folder.resolve("state").toString())
            .replace(
                "kafka: kafka:9092",
                "kafka: { bootstrap: \"%s\", properties: %s }"
                    .formatted(stack.kafkaBootstrap(), KafkaRights.clientYaml(PASSWORD)));
    return Files.writeString(folder.resolve("freshet.yaml"), text).toString();
  }

  private static Environment environment() {
    Map<String, String> files = new HashMap<>();
    Compose.read()
        .secrets()
        .keySet()
        .forEach(
            name ->
                files.put(
                    "/run/secrets/" + name,
                    PASSWORD + name.replaceAll("^(postgres|redis)-.*", "")));
    return Environment.of(Map.of(), files);
  }

  private static int run(String config) {
    PrintStream out =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    return Main.run(new Terminal(out, System.err, false, environment()), "run", "-c", config);
  }

  private static Typed freshet(String... words) {
    return Typed.with(environment(), words);
  }

  private static boolean anEntryDiesWithItsRow(EmbeddedStack stack, Connection owner) {
    AtomicInteger loads = new AtomicInteger();
    String name = "name at " + System.nanoTime();
    String address = redisAddress(stack, "app");
    try (FreshCache cache = FreshCache.builder().namespace("demo").redis(address).build()) {
      Callable<String> read =
          () ->
              cache.get(
                  "organization:1",
                  TtlClass.SIMPLE,
                  String.class,
                  fill -> {
                    loads.incrementAndGet();
                    try (Connection app = connect(stack, "app")) {
                      fill.fence(app);
                      fill.tag("org:1");
                      return query(app, "SELECT name FROM organizations WHERE id = 1");
                    }
                  });
      read.call();
      int before = loads.get();
      read.call();
      if (loads.get() > before) {
        return false; // not stored: the first heartbeat is still on its way
      }
      sql(owner, "UPDATE organizations SET name = '" + name + "' WHERE id = 1");
      await("the new name", () -> read.call().equals(name));
      return true;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void nothingElseIsAllowed(EmbeddedStack stack) throws Exception {
    try (Connection freshet = connect(stack, "freshet")) {
      for (String statement :
          List.of(
              "UPDATE organizations SET name = ''",
              "SELECT * FROM secrets",
              "CREATE TABLE public.mine (id int)",
              "DROP PUBLICATION demo",
              "CREATE SCHEMA mine")) {
        assertThatThrownBy(() -> execute(freshet, statement))
            .as(statement)
            .isInstanceOf(SQLException.class)
            .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("42501"));
      }
    }
    RedisClient client = RedisClient.create(redisAddress(stack, "freshet"));
    try (var redis = client.connect()) {
      assertThatThrownBy(() -> redis.sync().set("demo:x", "1"))
          .isInstanceOf(RedisCommandExecutionException.class);
      assertThatThrownBy(() -> redis.sync().unlink("other:x"))
          .isInstanceOf(RedisCommandExecutionException.class);
      assertThatThrownBy(() -> redis.sync().flushall())
          .isInstanceOf(RedisCommandExecutionException.class);
    } finally {
      client.shutdown();
    }
    try (Admin admin = Admin.create(KafkaRights.client(stack, "freshet", PASSWORD))) {
      var other = admin.createTopics(List.of(new NewTopic("other", 1, (short) 1))).all();
      assertThatThrownBy(other::get).isInstanceOf(ExecutionException.class);
    }
  }

  static void await(String what, Callable<Boolean> there) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    try {
      while (!there.call()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      }
    } catch (Exception e) {
      throw new AssertionError(what, e);
    }
  }

  private static Connection connect(EmbeddedStack stack, String user) throws SQLException {
    return DriverManager.getConnection(stack.postgres().jdbcUrl(), user, PASSWORD);
  }

  private static String redisAddress(EmbeddedStack stack, String user) {
    return stack.redisUri().replace("redis://", "redis://" + user + ":" + PASSWORD + "@");
  }

  private static long count(EmbeddedStack stack, String table) {
    try (Connection app = connect(stack, "app")) {
      return Long.parseLong(query(app, "SELECT count(*) FROM " + table));
    } catch (SQLException notThereYet) {
      return 0;
    }
  }

  static String query(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void sql(Connection connection, String sql) {
    try {
      execute(connection, sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }
}

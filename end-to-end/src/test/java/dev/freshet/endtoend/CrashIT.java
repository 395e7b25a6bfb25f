package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.ConfigFile;
import dev.freshet.app.Pipeline;
import dev.freshet.app.Roles;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.config.Environment;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole demo, services and all, is killed and started again on the same folder. */
@Timeout(480)
class CrashIT {

  /** What a shared machine may take; the product's own target is 10 s. */
  private static final long START_MILLIS_MAX = 30_000;

  /** The demo's organizations and facilities. */
  private static final int PAGES = 600;

  @TempDir Path folder;

  @Test
  void nothingIsLostWhenEverythingIsKilledAndTheNextStartIsQuick() throws Exception {
    Path data = folder.resolve("data");
    killInMidStream(data);
    lookAgain(data, "after kill -9");
    everyPageMadeStaleWhileNothingRanIsDeleted(data);
    lookAgain(data, "after a clean stop");
  }

  private static void killInMidStream(Path data) throws IOException {
    try (FreshetProcess demo =
        FreshetProcess.start(Map.of(), "demo", "--data", data.toString(), "--rate", "200")) {
      demo.awaitLine("first key deleted");
      String redis =
          ConfigFile.read(data.resolve("freshet.yaml"), Environment.system()).value().redis().uri();
      RedisClient client = RedisClient.create(redis);
      try (var connection = client.connect()) {
        Wait.until(
            "half of the pages are cached", () -> pages(connection.sync()).size() >= PAGES / 2);
      } finally {
        client.shutdown();
      }
      demo.kill();
    }
  }

  /**
   * The demo again, whose judge compares every cached page with the database. It makes few changes,
   * so that what was lost before is not made good by later ones.
   */
  private void lookAgain(Path data, String when) throws Exception {
    Path report = folder.resolve("report.json");
    try (FreshetProcess demo =
        FreshetProcess.start(
            Map.of(),
            "demo",
            "--data",
            data.toString(),
            "--rate",
            "20",
            "--seconds",
            "6",
            "--report",
            report.toString())) {
      assertThat(demo.exitCode()).isZero();
    }
    JsonNode told = new ObjectMapper().readTree(report.toFile());
    long startMillis = told.get("startup_ms").asLong();
    System.out.printf("first key deleted %,d ms after the start %s%n", startMillis, when);
    assertThat(told.get("violations").asLong()).isZero();
    assertThat(startMillis).isPositive().isLessThan(START_MILLIS_MAX);
  }

  private static void everyPageMadeStaleWhileNothingRanIsDeleted(Path data) throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().database("demo").dataFolder(data).start();
        Pipeline pipeline = new Pipeline()) {
      RedisClient client = RedisClient.create(stack.redisUri());
      try (var connection = client.connect()) {
        assertThat(pages(connection.sync())).isNotEmpty();
        try (Connection postgres =
                DriverManager.getConnection(
                    stack.postgres().jdbcUrl(),
                    stack.postgres().user(),
                    stack.postgres().password());
            Statement statement = postgres.createStatement()) {
          statement.execute("UPDATE organizations SET name = name || '!'");
          statement.execute("UPDATE facilities SET name = name || '!'");
        }
        pipeline.start(
            ConfigFile.read(data.resolve("freshet.yaml"), Environment.system()).value(),
            Roles.all(),
            new SimpleMeterRegistry(),
            System.out::println);
        Wait.until("every page is deleted", () -> pages(connection.sync()).isEmpty());
      } finally {
        client.shutdown();
      }
    }
  }

  private static List<String> pages(RedisCommands<String, String> redis) {
    ScanArgs entries = ScanArgs.Builder.matches("demo:{0}:entry:*").limit(1000);
    return ScanIterator.scan(redis, entries).stream().toList();
  }
}

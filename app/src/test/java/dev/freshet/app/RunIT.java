package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.ContainerStack;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.Stack;
import dev.freshet.events.Topics;
import dev.freshet.runtime.config.Environment;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands on real services: what one process does, the others see. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RunIT {

  private static final String KEY = "cache:product:42";
  private static final String DOOR = "freshet: metrics at ";

  private static final String ADMIN_TOKEN = "of-sixteen-and-more-letters";

  @TempDir Path folder;
  private final int consolePort = freePort();

  @Test
  void aCommitDeletesAKeyAndTheOtherCommandsTellWhy() throws Exception {
    try (Stack stack = stack();
        Connection postgres =
            DriverManager.getConnection(
                stack.postgres().jdbcUrl(), stack.postgres().user(), stack.postgres().password())) {
      sql(postgres, "CREATE TABLE products (id int PRIMARY KEY, category_id int, price int)");
      sql(postgres, "ALTER TABLE products REPLICA IDENTITY FULL");
      sql(postgres, "INSERT INTO products VALUES (42, 7, 10)");
      String config = config(stack);

      CountDownLatch ready = new CountDownLatch(1);
      CompletableFuture<Integer> code = new CompletableFuture<>();
      CompletableFuture<String> door = new CompletableFuture<>();
      Thread running = new Thread(() -> code.complete(run(ready, door, config)), "freshet run");
      running.start();
      CompletableFuture.anyOf(code, CompletableFuture.runAsync(() -> await(ready))).join();
      assertThat(code).as("freshet run ended early").isNotDone();

      RedisClient redis = RedisClient.create(stack.redisUri());
      try (var connection = redis.connect()) {
        connection.sync().set(KEY, "old price");
        sql(postgres, "UPDATE products SET price = 9 WHERE id = 42");
        assertThat(Typed.freshet("tail", "--since", "1h", "--limit", "1", "-c", config).out())
            .contains("public.products id=42", "tags ", "keys " + KEY);
        assertThat(
                Typed.freshet("tail", "--applied", "--since", "1h", "--limit", "1", "-c", config)
                    .out())
            .contains("1 keys deleted", KEY);
        assertThat(connection.sync().get(KEY)).isNull();
      } finally {
        redis.shutdown();
      }

      Typed why = Typed.freshet("why", KEY, "-c", config);
      assertThat(why.code()).isZero();
      assertThat(why.out())
          .contains(KEY + "  deleted ", "ms after commit")
          .contains("row    public.products id=42 (update, LSN ")
          .contains("tags   category:7, product:42");
      assertThat(Typed.freshet("why", KEY, "--json", "-c", config).out())
          .startsWith("{\"kind\":\"key\",\"name\":\"" + KEY + "\"");
      assertThat(Typed.freshet("why", "--tag", "category:7", "-c", config).code()).isZero();
      Typed unknown = Typed.freshet("why", "no-such-key", "-c", config);
      assertThat(unknown.code()).isEqualTo(1);
      assertThat(unknown.err()).contains("freshet why --tag");
      aRequestIsCounted(stack, config);
      sqlIsCheckedAsAView(config);
      theConsoleTellsTheSame(postgres, config);
      itShowsItself(door.join(), config);
      thePageChangesSoon(postgres);
      Typed doctor = Typed.freshet("doctor", "-c", config);
      assertThat(doctor.code()).as(doctor.out()).isZero();

      running.interrupt();
      assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
    }
  }

  /** With {@code mvn verify -Pcontainers} the services run in Docker. */
  private static Stack stack() {
    return "containers".equals(System.getProperty("freshet.stack"))
        ? ContainerStack.start(ContainerStack.Images.standard())
        : EmbeddedStack.builder().start();
  }

  private String config(Stack stack) throws Exception {
    String text =
        """
        postgres: %s
        kafka: %s
        redis: %s
        monitoring: { listen: 127.0.0.1:0, every: 1s }
        invalidate:
          public.products:
            tags: ["product:{id}", "category:{category_id}"]
            delete: ["cache:product:{id}"]
        console: { listen: "127.0.0.1:%d", admin-token: %s }
        """
            .formatted(
                stack.postgres().uri(),
                stack.kafkaBootstrap(),
                stack.redisUri(),
                consolePort,
                ADMIN_TOKEN);
    return Files.writeString(folder.resolve("freshet.yaml"), text).toString();
  }

  /** From the commit to the part of the page that shows it, the median of several. */
  private void thePageChangesSoon(Connection postgres) throws Exception {
    HttpRequest page = HttpRequest.newBuilder(URI.create(consoleUrl() + "/live")).build();
    try (Stream<String> live =
        HttpClient.newHttpClient().send(page, HttpResponse.BodyHandlers.ofLines()).body()) {
      Iterator<String> told = live.iterator();
      long[] millis = new long[5];
      for (int i = 0; i < millis.length; i++) {
        int id = 1000 + i;
        long began = System.nanoTime();
        sql(postgres, "INSERT INTO products VALUES (%d, 7, 10)".formatted(id));
        while (!told.next().contains("id&quot;:%d}".formatted(id))) {
          assertThat(millisSince(began)).as("the page does not show it").isLessThan(60_000);
        }
        millis[i] = millisSince(began);
      }
      Arrays.sort(millis);
      assertThat(millis[2]).as("of %s ms", Arrays.toString(millis)).isLessThanOrEqualTo(1500);
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private String consoleUrl() {
    return "http://127.0.0.1:" + consolePort;
  }

  /** What the others read from topics, over HTTP; and a tag made stale by hand is applied. */
  private void theConsoleTellsTheSame(Connection postgres, String config) throws Exception {
    assertThat(ask("GET", "/api/v1/why?key=" + KEY, ""))
        .contains("\"table\":\"public.products\"", "\"operation\":\"update\"", "product:42");
    String lsn;
    try (var row = postgres.createStatement().executeQuery("SELECT pg_current_wal_lsn()::text")) {
      row.next();
      lsn = row.getString(1);
    }
    assertThat(ask("GET", "/api/v1/fresh?wait=30s&lsn=" + lsn, "")).contains("\"fresh\":true");
    String order = "{\"action\":\"clear_cache\",\"tags\":[\"product:42\"]}";
    String cleared = ask("POST", "/api/monitoring/performance", order);
    String position = cleared.replaceAll(".*\"position\":\"([0-9:]+)\".*", "$1");
    assertThat(ask("GET", "/api/monitoring/performance?wait=30s&position=" + position, ""))
        .contains("\"applied\":true");
    String all = ask("POST", "/api/monitoring/performance", "{\"action\":\"clear_cache\"}");
    assertThat(
            ask(
                "GET",
                "/api/monitoring/performance?wait=30s&position="
                    + all.replaceAll(".*\"position\":\"([0-9:]+)\".*", "$1"),
                ""))
        .contains("\"applied\":true");
    theSameIsToldOverHttp(config);
    assertThat(Typed.freshet("status", "-c", config).out())
        .contains("invalidation-stream", "applied up to LSN");
    assertThat(Typed.freshet("report", "-c", config).out())
        .contains("Is it fresh?", "public.products")
        .doesNotContain("<script", "href=\"/assets");
  }

  private void theSameIsToldOverHttp(String config) {
    String url = consoleUrl();
    String[] tail = {"tail", "--since", "1h", "--limit", "1"};
    assertThat(with(tail, "--url", url).out()).isEqualTo(with(tail, "-c", config).out());
    String[] why = {"why", KEY, "--json"};
    String known = with(why, "--url", url).out().strip();
    assertThat(with(why, "-c", config).out())
        .startsWith(known.substring(0, known.length() - 1))
        .contains("\"fills\":");
    assertThat(Typed.freshet("latency", "--route", "/cart", "--url", url).out())
        .contains("last 5m", "web /cart", "12.00 ms");
    assertThat(Typed.freshet("views", "--json", "--url", url).out()).isEqualTo("{\"views\":[]}\n");
  }

  private static Typed with(String[] command, String option, String value) {
    String[] all = Arrays.copyOf(command, command.length + 2);
    all[command.length] = option;
    all[command.length + 1] = value;
    return Typed.freshet(all);
  }

  private String ask(String method, String path, String body) throws Exception {
    HttpRequest.BodyPublisher publisher =
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(consoleUrl() + path))
                .method(method, publisher)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + ADMIN_TOKEN)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static int freePort() {
    try (ServerSocket any = new ServerSocket(0)) {
      return any.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs until the thread is interrupted; says when it is ready. */
  private static int run(CountDownLatch ready, CompletableFuture<String> door, String config) {
    PrintStream err =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            System.err.println(line);
            if (line.startsWith(DOOR)) {
              door.complete(line.substring(DOOR.length()).replace("/metrics", ""));
            }
            if (line.startsWith("freshet: ready")) {
              ready.countDown();
            }
          }
        };
    return Main.run(new Terminal(err, err, false, Environment.of(Map.of())), "run", "-c", config);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void aRequestIsCounted(Stack stack, String config) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", stack.kafkaBootstrap());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      String event = "{\"service\":\"web\",\"route\":\"/cart\",\"status\":200,\"duration_ms\":12}";
      producer
          .send(
              new ProducerRecord<>(
                  new Topics("freshet").requests(), event.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String rows = "";
    while (!rows.contains("/cart") && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250)); // each look starts clients
      rows = Typed.freshet("latency", "--window", "1m", "--json", "-c", config).out();
    }
    assertThat(rows).contains("\"route\":\"/cart\",\"window\":\"1m\"", "\"max_ms\":12.0");
    assertThat(Typed.freshet("latency", "--route", "/cart", "-c", config).out())
        .contains("last 5m", "web /cart", "12.00 ms");
    assertThat(Typed.freshet("latency", "--window", "7m", "-c", config).err())
        .contains("there is no window of 7m; there are 1m, 5m, 15m, 1h");
  }

  private void sqlIsCheckedAsAView(String config) throws Exception {
    Path good = folder.resolve("per_category.sql");
    Files.writeString(good, "SELECT category_id, count(*) AS n FROM products GROUP BY category_id");
    Typed explained = Typed.freshet("view", "check", good.toString(), "--explain", "-c", config);
    assertThat(explained.code()).as(explained.err()).isZero();
    assertThat(explained.out())
        .contains("key      category_id", "rows of public.products", "freshet.view.per_category");
    Path bad = folder.resolve("bad.sql");
    Files.writeString(bad, "SELECT prise,\n  now() AS at\nFROM product ORDER BY 1");
    Typed refused = Typed.freshet("view", "check", bad.toString(), "-c", config);
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.out())
        .contains("line 3, column 6: there is no table product", "did you mean \"products\"?", "^");
    assertThat(Typed.freshet("view", "check", bad.toString(), "--json", "-c", config).out())
        .contains("\"refused\":1", "\"line\":3,\"column\":6");
  }

  /** Everything the door answers, with a commit and a request behind it. */
  private static void itShowsItself(String url, String config) throws Exception {
    String cart =
        "http_server_request_duration_seconds_count{http_route=\"/cart\",service_name=\"web\"}";
    String deletes = "freshet_stage_duration_seconds_count{stage=\"commit-to-delete\"}";
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    PrometheusText text = new PrometheusText(get(url + "/metrics").body());
    while ((text.value(deletes) == null
            || text.types().keySet().stream().noneMatch(name -> name.contains("slot_retained")))
        && System.nanoTime() < deadline) {
      text = new PrometheusText(get(url + "/metrics").body());
    }
    assertThat(text.value(cart)).isEqualTo(1.0);
    assertThat(text.value(deletes)).isEqualTo(1.0);
    assertThat(text.value("freshet_invalidation_keys_deleted_total")).isEqualTo(1.0);
    assertThat(text.types().keySet())
        .contains(
            "freshet_health_kafka_consumer_lag",
            "freshet_health_redis_memory_used_bytes",
            "freshet_health_postgres_connections",
            "freshet_health_process_heap_used_ratio",
            "jvm_memory_used_bytes");
    assertThat(
            text.value(
                "freshet_health_level{component=\"kafka\",instance=\"%s\"}"
                    .formatted(
                        Repository.read(Path.of(config))
                            .lines()
                            .filter(line -> line.startsWith("kafka: "))
                            .findFirst()
                            .orElseThrow()
                            .substring("kafka: ".length()))))
        .isEqualTo(0.0);
    assertThat(get(url + "/livez").statusCode()).isEqualTo(200);
    HttpResponse<String> ready = get(url + "/readyz");
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
    assertThat(Typed.freshet("latency", "--route", "commit-to-delete", "-c", config).out())
        .contains("freshet commit-to-delete");
  }

  private static HttpResponse<String> get(String uri) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void sql(Connection connection, String statement) throws Exception {
    try (var executed = connection.createStatement()) {
      executed.execute(statement);
    }
  }
}

package dev.freshet.invalidation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.embedded.EmbeddedRedis;
import dev.freshet.embedded.ServerSpec;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The scripts do what {@code redis-protocol-vectors.json} promises to clients in any language. */
class ProtocolVectorsIT {

  private static final Path VECTORS = Path.of("../docs/reference/redis-protocol-vectors.json");

  @TempDir static Path folder;

  private static EmbeddedRedis server;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;
  private static Map<String, String> scripts;

  /** One example. */
  record Vector(String name, JsonNode given, JsonNode call, JsonNode reply, JsonNode then) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void start() throws IOException {
    server = new EmbeddedRedis(ServerSpec.in(folder, "redis"));
    server.start();
    client = RedisClient.create(server.uri());
    redis = client.connect().sync();
    scripts =
        Map.of(
            "FILL", redis.scriptLoad(text("/dev/freshet/cache/fill.lua")),
            "APPLY", redis.scriptLoad(text("/dev/freshet/invalidation/apply.lua")),
            "HINT", redis.scriptLoad(text("/dev/freshet/cache/hint.lua")));
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    server.close();
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = ProtocolVectorsIT.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  static Stream<Vector> vectors() throws IOException {
    JsonNode all = new ObjectMapper().readTree(Files.readString(VECTORS)).get("vectors");
    return StreamSupport.stream(all.spliterator(), false)
        .map(
            one ->
                new Vector(
                    one.get("name").asText(),
                    one.get("given"),
                    one.get("call"),
                    one.get("reply"),
                    one.get("then")));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void holds(Vector vector) {
    redis.flushall();
    vector.given().forEach(command -> run(command));
    if (vector.reply().has("error")) {
      assertThat(error(vector.call())).startsWith(vector.reply().get("error").asText() + " ");
    } else {
      assertThat(run(vector.call())).isEqualTo(expected(vector.reply()));
    }
    for (JsonNode check : vector.then()) {
      assertThat(run(check.get("command")))
          .as(check.get("command").toString())
          .isEqualTo(expected(check.get("reply")));
    }
  }

  private static String error(JsonNode call) {
    try {
      return "no error but " + run(call);
    } catch (RedisCommandExecutionException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<Object> run(JsonNode command) {
    List<String> words = new ArrayList<>();
    command.forEach(word -> words.add(word.asText()));
    String sha = scripts.get(words.get(0));
    if (sha != null) {
      words.set(0, "EVALSHA");
      words.addAll(1, List.of(sha, "1"));
    }
    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
    words.subList(1, words.size()).forEach(args::add);
    ProtocolKeyword name = () -> words.get(0).getBytes(UTF_8);
    List<Object> reply = redis.dispatch(name, new NestedMultiOutput<>(StringCodec.UTF8), args);
    reply.replaceAll(item -> item instanceof Double d ? Long.toString(d.longValue()) : item);
    return reply;
  }

  /** A reply that is no array reads as an array of one. */
  private static List<@Nullable Object> expected(JsonNode reply) {
    List<@Nullable Object> items = new ArrayList<>();
    if (reply.isArray()) {
      reply.forEach(item -> items.add(value(item)));
    } else {
      items.add(value(reply));
    }
    return items;
  }

  private static @Nullable Object value(JsonNode reply) {
    if (reply.isNull()) {
      return null;
    }
    return reply.isNumber() ? (Object) reply.asLong() : reply.asText();
  }

  @Test
  void memoryIsWhatThePageSays() {
    redis.flushall();
    String value = "x".repeat(100);
    redis.set("shop:{0}:entry:page/org/1234567", value, SetArgs.Builder.px(60_000));
    redis.zadd("shop:{0}:tag:small", scores(100, "shop:{0}:entry:page/org/%07d"));
    redis.zadd("shop:{0}:tag:large", scores(50_000, "shop:{0}:entry:page/org/%07d"));
    redis.zadd("shop:{0}:marks", scores(50_000, "org:%07d"));
    redis.zadd("shop:{0}:tag:one", 1.7e12, "shop:{0}:entry:page/org/1234567");
    redis.setbit("shop:{0}:applied:1", 65_535, 1);

    assertThat(bytes("shop:{0}:entry:page/org/1234567")).isLessThanOrEqualTo(192);
    assertThat(bytes("shop:{0}:tag:one")).isLessThanOrEqualTo(118);
    assertThat(bytes("shop:{0}:tag:small") / 100).isLessThanOrEqualTo(50);
    assertThat(bytes("shop:{0}:tag:large") / 50_000).isLessThanOrEqualTo(130);
    assertThat(bytes("shop:{0}:marks") / 50_000).isLessThanOrEqualTo(110);
    assertThat(bytes("shop:{0}:applied:1")).isLessThanOrEqualTo(10_304);
  }

  /** Of all members: of the five that Redis samples by itself, one may be far larger than most. */
  private long bytes(String key) {
    Long all =
        redis.dispatch(
            CommandType.MEMORY,
            new IntegerOutput<>(StringCodec.UTF8),
            new CommandArgs<>(StringCodec.UTF8).add("USAGE").addKey(key).add("SAMPLES").add(0));
    return all == null ? 0 : all;
  }

  @SuppressWarnings("unchecked") // an array of a generic type
  private static ScoredValue<String>[] scores(int count, String format) {
    return IntStream.range(0, count)
        .mapToObj(i -> ScoredValue.just(1.7e12 + i, format.formatted(i)))
        .toArray(ScoredValue[]::new);
  }
}

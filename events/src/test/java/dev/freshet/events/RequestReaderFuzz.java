package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The scanner and Jackson say the same of every value, whole or damaged, and a binary batch reads
 * back as it was or is refused without an exception. Seeded: {@code -Dfuzz.seed=N} repeats a run.
 */
class RequestReaderFuzz {

  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 20_000);

  private static final String[] FIELDS = {
    "time",
    "service",
    "route",
    "method",
    "status",
    "duration_ms",
    "cache",
    "weight",
    "trace_id",
    "other",
    "tim\\u0065",
    "é"
  };

  private static final String[] VALUES = {
    "\"2026-11-22T10:00:00.123Z\"",
    "\"2024-02-29T23:59:59Z\"",
    "\"2026-11-22T10:00:00+01:00\"",
    "\"2100-02-29T00:00:00Z\"",
    "\"2026-11-22T10:00:00.123456789Z\"",
    "\"2026-13-22T10:00:00Z\"",
    "\"2026-11-22T24:00:00Z\"",
    "\"2026-11-22T10:00:00.Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "1790000000123",
    "1790000000123.999",
    "-5",
    "0",
    "-0",
    "0.0",
    "-0.0000001",
    "01",
    "1.",
    ".5",
    "1e3",
    "1E-400",
    "1e999999999",
    "-1e999999999",
    "123456789012345678901234567890",
    "99999999999999999",
    "12.3456789",
    "0.0000005",
    "0.00000049999",
    "86400000",
    "86400000.0000005",
    "3.25",
    "1000000",
    "9007199254740993",
    "200",
    "404.0",
    "599",
    "600",
    "\"GET\"",
    "\"get\"",
    "\"BREW\"",
    "\"l1\"",
    "\"L1\"",
    "\"miss\"",
    "\"bypass\"",
    "\"/a/{b}?c=d\"",
    "\"?\"",
    "\"caf\u00e9\"",
    "\"a\\nb\"",
    "\"\\u0041\"",
    "\"\"",
    "\"tab\tinside\"",
    "\"\u007f\"",
    "null",
    "true",
    "false",
    "nul",
    "NaN",
    "[]",
    "{}",
    "[1,{\"a\":[]}]",
    "{\"service\":\"x\"}",
    "\"4bf92f3577b34da6a3ce929d0e0e4736\""
  };

  private static final HttpMethod[] METHODS = HttpMethod.values();
  private static final CacheOutcome[] OUTCOMES = CacheOutcome.values();

  private final long seed = Long.getLong("fuzz.seed", 20_261_123);
  private final Random random = new Random(seed);

  private final RequestReader fast = new RequestReader();
  private final RequestReader slow =
      new RequestReader(
          new RequestScanner() {
            @Override
            int scan(byte[] value, int start, RequestFields fields) {
              return UNUSUAL;
            }
          });

  private <T> T one(T[] of) {
    return of[random.nextInt(of.length)];
  }

  private String blank() {
    return random.nextInt(5) == 0 ? one(new String[] {" ", "\n", "\r\n", "\t"}) : "";
  }

  private String object() {
    List<String> members = new ArrayList<>();
    if (random.nextInt(8) > 0) {
      members.add("\"service\":\"shop\"");
      members.add("\"duration_ms\":" + random.nextInt(100_000) / 1000.0);
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      members.add("\"" + one(FIELDS) + "\"" + blank() + ":" + blank() + one(VALUES));
    }
    return "{" + blank() + String.join("," + blank(), members) + blank() + "}";
  }

  private String value() {
    List<String> objects = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      objects.add(random.nextInt(12) == 0 ? one(VALUES) : object());
    }
    return random.nextInt(3) == 0
        ? blank() + "[" + String.join("," + blank(), objects) + blank() + "]"
        : blank() + String.join(random.nextBoolean() ? "\n" : blank(), objects);
  }

  private byte[] damaged(byte[] value) {
    byte[] bytes = value.clone();
    for (int i = random.nextInt(3); i > 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) "{}[]\",:\\\n 0.-eE".charAt(random.nextInt(15));
    }
    return random.nextInt(6) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  @Test
  void scannerAndJacksonAgree() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] value = damaged(value().getBytes(StandardCharsets.UTF_8));
      assertThat(ReadRequests.of(fast, value).all)
          .as("seed %d, round %d: %s", seed, round, new String(value, StandardCharsets.UTF_8))
          .isEqualTo(ReadRequests.of(slow, value).all);
    }
  }

  @Test
  void theScannerReadsTheUsualFormItself() {
    RequestScanner scanner = new RequestScanner();
    for (int round = 0; round < 1_000; round++) {
      byte[] json = RequestJson.write(event());
      assertThat(scanner.scan(json, 0, new RequestFields()))
          .as(new String(json, StandardCharsets.UTF_8))
          .isEqualTo(json.length);
    }
  }

  @Test
  void aBatchReadsBackAsItWas() {
    for (int round = 0; round < ROUNDS / 100; round++) {
      RequestBatch batch = new RequestBatch(1024 + random.nextInt(100_000));
      List<RequestEvent> events = new ArrayList<>();
      RequestEvent event = event();
      while (events.size() < 500 && batch.add(event)) {
        events.add(event);
        event = event();
      }
      byte[] value = batch.toBytes();
      assertThat(value.length).isLessThanOrEqualTo(batch.size());
      ReadRequests read = ReadRequests.of(fast, value);
      assertThat(read.reasons).as("seed %d, round %d", seed, round).isEmpty();
      assertThat(read.events).as("seed %d, round %d", seed, round).isEqualTo(events);
    }
  }

  @Test
  void aDamagedBatchIsRefusedInOrder() {
    for (int round = 0; round < ROUNDS; round++) {
      RequestBatch batch = new RequestBatch(100_000);
      for (int i = random.nextInt(5); i >= 0; i--) {
        batch.add(event());
      }
      byte[] value = damaged(batch.toBytes());
      ReadRequests read = ReadRequests.of(fast, value);
      assertThat(read.all).as("seed %d, round %d", seed, round).isNotEmpty();
    }
  }

  private RequestEvent event() {
    return new RequestEvent(
        ReadRequests.NOW + random.nextInt(100_000) - 50_000,
        "service-" + random.nextInt(3),
        "/route/" + random.nextInt(20) + "/{id}",
        one(METHODS),
        random.nextInt(4) == 0 ? 0 : 100 + random.nextInt(500),
        (long) (Math.exp(random.nextGaussian() * 3) * 1_000_000) % 86_400_000_000_000L,
        one(OUTCOMES),
        1 + random.nextInt(random.nextBoolean() ? 1 : 1_000),
        random.nextBoolean() ? "" : Long.toHexString(random.nextLong()));
  }
}

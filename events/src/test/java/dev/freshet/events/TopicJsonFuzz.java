package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What is written is read back the same, and whatever else stands on a topic is refused in one way:
 * {@link MalformedEventException}. Seeded: {@code -Dfuzz.seed=N} repeats a run.
 */
class TopicJsonFuzz {

  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 5_000);

  private final long seed = Long.getLong("fuzz.seed", 20_261_123);
  private final Random random = new Random(seed);

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      text.appendCodePoint("a{}\":,\\\u0000\u00e9\u20ac \n7".codePointAt(random.nextInt(13)));
    }
    return text.toString();
  }

  private Set<String> names() {
    Set<String> names = new HashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      names.add(text());
    }
    return names;
  }

  private Invalidation.Cause cause() {
    return new Invalidation.Cause(
        "crudt".charAt(random.nextInt(5)),
        new ChangeSource(
            new TableName(text(), text()),
            text(),
            new Lsn(random.nextLong()),
            random.nextInt() & 0xFFFF_FFFFL,
            random.nextLong()));
  }

  private Invalidation invalidation() {
    return random.nextInt(4) == 0
        ? new Invalidation.Watermark(
            new Lsn(random.nextLong()),
            1 + (random.nextLong() >>> 1) / 2,
            1 + (random.nextLong() >>> 1) / 2,
            random.nextLong())
        : new Invalidation.Stale(names(), names(), names(), cause());
  }

  private Applied applied() {
    List<Applied.Deletion> deletions = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      deletions.add(new Applied.Deletion(text(), text(), cause()));
    }
    return new Applied(
        random.nextInt(9),
        random.nextInt(1 << 30),
        random.nextLong(),
        random.nextLong(),
        random.nextInt(99),
        random.nextLong(),
        deletions);
  }

  private HealthReport report() {
    List<HealthReport.Gauge> gauges = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      gauges.add(
          new HealthReport.Gauge(
              text(),
              random.nextBoolean() ? Map.of() : Map.of(text(), text()),
              random.nextGaussian(),
              List.of(HealthReport.Level.values()).get(random.nextInt(3))));
    }
    return new HealthReport(
        "a" + text(), "b" + text(), random.nextLong(), random.nextLong(), text(), gauges);
  }

  @Test
  void whatIsWrittenIsReadBackTheSame() throws MalformedEventException {
    for (int round = 0; round < ROUNDS; round++) {
      Invalidation invalidation = invalidation();
      assertThat(InvalidationJson.parse(InvalidationJson.write(invalidation)))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(invalidation);
      Applied applied = applied();
      assertThat(AppliedJson.parse(AppliedJson.write(applied)))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(applied);
      HealthReport report = report();
      assertThat(HealthReportJson.parse(HealthReportJson.write(report)))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(report);
    }
  }

  @Test
  void damageIsRefusedOrUnderstoodButNeverAnythingElse() {
    byte[] envelope =
        ("{\"schema\":null,\"payload\":{\"op\":\"u\",\"before\":{\"id\":1,\"a\":[1]},"
                + "\"after\":{\"id\":1,\"a\":{\"x\":null}},\"source\":{\"schema\":\"public\","
                + "\"table\":\"t\",\"lsn\":1,\"txId\":2,\"ts_us\":3}}}")
            .getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      refused += refuses(round, () -> DebeziumJson.parse(damaged(envelope), damaged(envelope)));
      byte[] invalidation = InvalidationJson.write(invalidation());
      refused += refuses(round, () -> InvalidationJson.parse(damaged(invalidation)));
      byte[] applied = AppliedJson.write(applied());
      refused += refuses(round, () -> AppliedJson.parse(damaged(applied)));
      byte[] report = HealthReportJson.write(report());
      refused += refuses(round, () -> HealthReportJson.parse(damaged(report)));
    }
    assertThat(refused).as("the damage is real").isGreaterThan(ROUNDS / 2);
  }

  private interface Parse {
    Object run() throws MalformedEventException;
  }

  private int refuses(int round, Parse parse) {
    try {
      parse.run();
      return 0;
    } catch (MalformedEventException expected) {
      assertThat(expected.getMessage()).isNotBlank();
      return 1;
    } catch (RuntimeException e) {
      throw new AssertionError("seed %d, round %d".formatted(seed, round), e);
    }
  }

  /** One to four bytes replaced, removed or doubled, or the tail cut off. */
  private byte[] damaged(byte[] whole) {
    byte[] bytes = whole.clone();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 1; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = (byte) "{}[]\",:0".charAt(random.nextInt(8));
        case 2 -> bytes = java.util.Arrays.copyOf(bytes, at);
        default -> {
          byte[] longer = new byte[bytes.length + 1];
          System.arraycopy(bytes, 0, longer, 0, at);
          longer[at] = bytes[at];
          System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }
}

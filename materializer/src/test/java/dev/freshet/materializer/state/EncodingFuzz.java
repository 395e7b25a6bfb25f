package dev.freshet.materializer.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.materializer.expression.Order;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes are ordered as their values, equal values are equal bytes, and nothing is lost. */
class EncodingFuzz {

  private static final long SEED = Long.getLong("fuzz.seed", 42);
  private static final int ROUNDS = 20_000;

  enum Kind {
    INTEGER,
    NUMERIC,
    FLOAT,
    TEXT,
    BOOL,
    ID
  }

  private final Random random = new Random(SEED);

  private Supplier<Object> values(Kind kind) {
    return switch (kind) {
      case INTEGER -> () -> random.nextLong() >> random.nextInt(64);
      case NUMERIC ->
          () -> {
            BigInteger digits =
                new BigInteger(random.nextInt(random.nextInt(10) == 0 ? 200 : 16), random);
            BigDecimal number =
                new BigDecimal(digits, random.nextInt(random.nextInt(5) == 0 ? 60 : 4));
            return random.nextBoolean() ? number.negate() : number;
          };
      case FLOAT ->
          () ->
              switch (random.nextInt(12)) {
                case 0 -> Double.NaN;
                case 1 -> -0.0;
                case 2 -> 0.0;
                case 3 -> Double.NEGATIVE_INFINITY;
                case 4 -> Double.POSITIVE_INFINITY;
                case 5 -> Double.MIN_VALUE;
                default -> Double.longBitsToDouble(random.nextLong());
              };
      case TEXT ->
          () -> {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(4); i > 0; i--) {
              text.appendCodePoint(
                  new int[] {0, 1, 'a', 'b', 0xFF, 0x100, 0xFFFD, 0x1F600, 0x10FFFF}
                      [random.nextInt(9)]);
            }
            return text.toString();
          };
      case BOOL -> random::nextBoolean;
      case ID -> () -> new UUID(random.nextLong(), random.nextLong());
    };
  }

  private static Bytes key(@Nullable Object... columns) {
    Encoder out = new Encoder();
    for (Object column : columns) {
      OrderedKey.append(out, column);
    }
    return out.key();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void keysAreOrderedAsTheirValues(Kind kind) {
    Supplier<Object> values = values(kind);
    for (int i = 0; i < ROUNDS; i++) {
      Object a = values.get();
      Object b = values.get();
      int expected = Order.INSTANCE.compare(a, b);
      assertThat(Integer.signum(key(a).compareTo(key(b))))
          .as("%s and %s, seed %d", a, b, SEED)
          .isEqualTo(Integer.signum(expected));
      if (expected != 0) { // whatever comes after does not matter
        assertThat(Integer.signum(key(a, b).compareTo(key(b, a))))
            .isEqualTo(Integer.signum(expected));
      }
      assertThat(key(a).compareTo(key((Object) null))).as("NULL comes last").isNegative();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void rowsComeBackExactly(Kind kind) {
    Supplier<Object> values = values(kind);
    for (int i = 0; i < ROUNDS; i++) {
      @Nullable Object[] row = {values.get(), null, values.get()};
      byte[] bytes = new Encoder().number(i - 100).row(row).text("end").bytes();
      Decoder in = new Decoder(bytes);
      assertThat(in.number()).isEqualTo(i - 100);
      assertThat(in.row(3)).isEqualTo(row);
      assertThat(in.text()).isEqualTo("end");
      assertThat(in.atEnd()).isTrue();
    }
  }

  @Test
  void equalNumericsAreOneKey() {
    assertThat(key(new BigDecimal("1.0"))).isEqualTo(key(new BigDecimal("1.00")));
    assertThat(key(new BigDecimal("0.000"))).isEqualTo(key(BigDecimal.ZERO));
    assertThat(key(new BigDecimal("-1E+3"))).isEqualTo(key(new BigDecimal("-1000.0")));
    assertThat(key(-0.0)).isEqualTo(key(0.0));
  }

  @Test
  void theWriteCacheReadsAsIfItHadWritten() {
    HeapState below = new HeapState();
    HeapState model = new HeapState();
    WriteCache cache = new WriteCache(below);
    for (int i = 0; i < ROUNDS; i++) {
      Bytes key = Bytes.wrap(new byte[] {1, (byte) random.nextInt(40)});
      byte[] value = random.nextInt(3) == 0 ? null : new byte[] {(byte) i};
      cache.put(key, value);
      model.put(key, value);
      if (random.nextInt(20) == 0) {
        cache.flush();
      }
      Bytes from = Bytes.wrap(new byte[] {1, (byte) random.nextInt(40)});
      Bytes to = Bytes.wrap(new byte[] {2});
      int limit = 1 + random.nextInt(10);
      assertThat(cache.first(from, to, limit)).isEqualTo(model.first(from, to, limit));
      assertThat(cache.last(from, to)).isEqualTo(model.last(from, to));
      assertThat(cache.get(from)).isEqualTo(model.get(from));
    }
  }
}

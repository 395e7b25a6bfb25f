package dev.freshet.materializer.seed;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.runtime.FreshetException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows as {@code COPY … TO STDOUT} writes them, with DateStyle ISO and time zone UTC, to the values
 * a plan computes with.
 */
final class CopyText {

  private static final long MICROS_PER_SECOND = 1_000_000L;
  private static final long SECONDS_PER_DAY = 86_400L;

  private final List<Column> columns;
  private final PgType.Kind[] kinds;

  CopyText(List<Column> columns) {
    this.columns = columns;
    this.kinds = columns.stream().map(column -> column.type().kind()).toArray(PgType.Kind[]::new);
  }

  /**
   * The values of a line, which ends with a line feed.
   *
   * @throws FreshetException when one is beyond what a view computes with
   */
  @Nullable Object[] row(byte[] line) {
    @Nullable String[] texts = texts(line);
    @Nullable Object[] row = new @Nullable Object[kinds.length];
    for (int i = 0; i < kinds.length; i++) {
      String text = texts[i];
      try {
        row[i] = text == null ? null : value(text, kinds[i]);
      } catch (ArithmeticException | NumberFormatException beyond) {
        throw FreshetException.unfit(
            "a row cannot be used in a view",
            "column %s: %s is not supported".formatted(columns.get(i).name(), text),
            "correct the row, or leave the column out of the view");
      }
    }
    return row;
  }

  /** The texts of a line, which ends with a line feed. */
  @Nullable String[] texts(byte[] line) {
    @Nullable String[] texts = new @Nullable String[kinds.length];
    int from = 0;
    for (int i = 0; i < kinds.length; i++) {
      int to = from;
      boolean escaped = false;
      while (line[to] != '\t' && line[to] != '\n') {
        escaped |= line[to] == '\\';
        to++;
      }
      boolean isNull = escaped && to - from == 2 && line[from + 1] == 'N';
      if (!isNull) {
        texts[i] =
            escaped
                ? unescaped(line, from, to)
                : new String(line, from, to - from, StandardCharsets.UTF_8);
      }
      from = to + 1;
    }
    return texts;
  }

  private static String unescaped(byte[] line, int from, int to) {
    byte[] plain = new byte[to - from];
    int size = 0;
    for (int i = from; i < to; i++) {
      byte next = line[i];
      if (next == '\\') {
        i++;
        next =
            switch (line[i]) {
              case 'b' -> '\b';
              case 'f' -> '\f';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 't' -> '\t';
              case 'v' -> 0x0B;
              default -> line[i];
            };
      }
      plain[size++] = next;
    }
    return new String(plain, 0, size, StandardCharsets.UTF_8);
  }

  private static Object value(String text, PgType.Kind kind) {
    return switch (kind) {
      case INT2, INT4, INT8 -> Long.valueOf(text);
      case NUMERIC -> new BigDecimal(text);
      case FLOAT4 -> (double) Float.parseFloat(text);
      case FLOAT8 -> Double.valueOf(text);
      case BOOL -> text.equals("t");
      case UUID -> UUID.fromString(text);
      case DATE -> time(text, false);
      case TIMESTAMP, TIMESTAMPTZ -> time(text, true);
      case TEXT, VARCHAR, BPCHAR, ENUM, JSON, JSONB -> text;
      case INTERVAL -> throw new IllegalArgumentException("a column of type interval");
    };
  }

  /** {@code 2024-01-31}, {@code 2024-01-31 13:45:00.25}, both also with {@code +00} or BC. */
  private static Long time(String text, boolean withClock) {
    if (text.endsWith("infinity")) {
      return text.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    boolean before = text.endsWith(" BC");
    int month = text.indexOf('-') + 1;
    int year = number(text, 0, month - 1);
    LocalDate day =
        LocalDate.of(
            before ? 1 - year : year,
            number(text, month, month + 2),
            number(text, month + 3, month + 5));
    if (!withClock) {
      return day.toEpochDay();
    }
    int at = month + 6;
    long seconds =
        day.toEpochDay() * SECONDS_PER_DAY
            + number(text, at, at + 2) * 3600L
            + number(text, at + 3, at + 5) * 60L
            + number(text, at + 6, at + 8);
    long micros = 0;
    int digit = at + 9;
    if (digit - 1 < text.length() && text.charAt(digit - 1) == '.') {
      long unit = MICROS_PER_SECOND / 10;
      for (; digit < text.length() && Character.isDigit(text.charAt(digit)); digit++) {
        micros += (text.charAt(digit) - '0') * unit;
        unit /= 10;
      }
    }
    return Math.addExact(Math.multiplyExact(seconds, MICROS_PER_SECOND), micros);
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }
}

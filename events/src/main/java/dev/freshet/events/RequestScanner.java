package dev.freshet.events;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A one-pass scanner for JSON objects as producers of request events usually write them: ASCII
 * without escapes, plain numbers, no nesting. Whatever else it meets, it gives up: then {@link
 * RequestParser} reads the event, and both agree wherever both can read (fuzzed). Makes no garbage.
 *
 * <p>Strings are skipped eight bytes at a time by the zero-byte test of <i>Hacker's Delight</i>,
 * section 6-1.
 */
class RequestScanner {

  /** Give up. */
  static final int UNUSUAL = -1;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';

  private static final byte[] TIME = ascii("time");
  private static final byte[] SERVICE = ascii("service");
  private static final byte[] ROUTE = ascii("route");
  private static final byte[] METHOD = ascii("method");
  private static final byte[] STATUS = ascii("status");
  private static final byte[] DURATION = ascii("duration_ms");
  private static final byte[] CACHE = ascii("cache");
  private static final byte[] WEIGHT = ascii("weight");
  private static final byte[] TRACE_ID = ascii("trace_id");

  private final DecimalScanner number = new DecimalScanner();

  /**
   * Reads the object that begins here.
   *
   * @return where it ends, or {@link #UNUSUAL}
   */
  int scan(byte[] value, int start, RequestFields fields) {
    int at = RequestReader.blanks(value, start + 1);
    if (at < value.length && value[at] == '}') {
      return at + 1;
    }
    while (at < value.length && value[at] == '"') {
      int name = at + 1;
      int nameEnd = closingQuote(value, name);
      if (nameEnd < 0) {
        return UNUSUAL;
      }
      at = RequestReader.blanks(value, nameEnd + 1);
      if (at >= value.length || value[at] != ':') {
        return UNUSUAL;
      }
      at = RequestReader.blanks(value, at + 1);
      at = member(value, name, nameEnd, at, fields);
      if (at < 0) {
        return UNUSUAL;
      }
      at = RequestReader.blanks(value, at);
      if (at >= value.length) {
        return UNUSUAL;
      }
      if (value[at] == '}') {
        return at + 1;
      }
      if (value[at] != ',') {
        return UNUSUAL;
      }
      at = RequestReader.blanks(value, at + 1);
    }
    return UNUSUAL;
  }

  private int member(byte[] value, int name, int nameEnd, int at, RequestFields fields) {
    if (at >= value.length) {
      return UNUSUAL;
    }
    if (value[at] == '"') {
      int end = closingQuote(value, at + 1);
      return end >= 0 && text(value, name, nameEnd, at + 1, end, fields) ? end + 1 : UNUSUAL;
    }
    int end = number.scan(value, at);
    return end >= 0 && number(value, name, nameEnd, fields) ? end : UNUSUAL;
  }

  /** False when this member is not a text, or needs Jackson's reading. */
  private static boolean text(
      byte[] value, int name, int nameEnd, int from, int to, RequestFields fields) {
    switch (nameEnd - name) {
      case 4 -> {
        if (is(TIME, value, name, nameEnd)) {
          long millis = TimestampScanner.millis(value, from, to);
          fields.timeMillis(millis);
          return millis >= 0;
        }
        return true;
      }
      case 5 -> {
        if (is(ROUTE, value, name, nameEnd)) {
          fields.route(value, from, to - from);
        } else if (is(CACHE, value, name, nameEnd)) {
          CacheOutcome outcome = CacheOutcome.of(value, from, to);
          if (outcome == null) {
            return false;
          }
          fields.cache(outcome);
        }
        return true;
      }
      case 6 -> {
        if (is(METHOD, value, name, nameEnd)) {
          fields.method(HttpMethod.of(value, from, to));
          return true;
        }
        return !is(STATUS, value, name, nameEnd) && !is(WEIGHT, value, name, nameEnd);
      }
      case 7 -> {
        if (is(SERVICE, value, name, nameEnd)) {
          fields.service().set(value, from, to - from);
        }
        return true;
      }
      case 8 -> {
        if (is(TRACE_ID, value, name, nameEnd)) {
          fields.traceId().set(value, from, to - from);
        }
        return true;
      }
      default -> {
        return !is(DURATION, value, name, nameEnd);
      }
    }
  }

  /** False when this member is not a number, or needs Jackson's reading. */
  private boolean number(byte[] value, int name, int nameEnd, RequestFields fields) {
    switch (nameEnd - name) {
      case 4 -> {
        if (is(TIME, value, name, nameEnd)) {
          fields.timeMillis(number.floor());
        }
        return true;
      }
      case 5 -> {
        return !is(ROUTE, value, name, nameEnd) && !is(CACHE, value, name, nameEnd);
      }
      case 6 -> {
        if (is(STATUS, value, name, nameEnd)) {
          fields.status(number.floor());
          return number.isWhole();
        }
        if (is(WEIGHT, value, name, nameEnd)) {
          fields.weight(number.toDouble());
          return number.isExactAsDouble();
        }
        return !is(METHOD, value, name, nameEnd);
      }
      case 7 -> {
        return !is(SERVICE, value, name, nameEnd);
      }
      case 8 -> {
        return !is(TRACE_ID, value, name, nameEnd);
      }
      case 11 -> {
        if (is(DURATION, value, name, nameEnd)) {
          long nanos = number.millisAsNanos();
          fields.durationNanos(nanos);
          return nanos >= 0;
        }
        return true;
      }
      default -> {
        return true;
      }
    }
  }

  /** The quote that ends the string; negative at an escape, a control or a non-ASCII byte. */
  private static int closingQuote(byte[] value, int from) {
    int at = from;
    while (at + Long.BYTES <= value.length) {
      long word = (long) WORD.get(value, at);
      long special = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES) | (word - SPACES) | word;
      special &= HIGHS;
      if (special != 0) {
        at += Long.numberOfTrailingZeros(special) >>> 3;
        return value[at] == '"' ? at : UNUSUAL;
      }
      at += Long.BYTES;
    }
    while (at < value.length) {
      byte b = value[at];
      if (b == '"') {
        return at;
      }
      if (b == '\\' || b < ' ') {
        return UNUSUAL;
      }
      at++;
    }
    return UNUSUAL;
  }

  /** The high bit of each byte that is zero; above a zero byte some others too. */
  private static long zeros(long word) {
    return (word - ONES) & ~word & HIGHS;
  }

  private static boolean is(byte[] expected, byte[] value, int from, int to) {
    return Arrays.equals(expected, 0, expected.length, value, from, to);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package dev.freshet.materializer.row;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The form nearly every timestamp of an event has, {@code 2026-11-23T10:15:30.123456Z}, read
 * without a formatter, which was a tenth of a view's time. Whatever looks different is left to it.
 */
final class UsualTimestamp {

  private static final int POINT = 19;
  private static final int MOST_DIGITS = 6;

  private UsualTimestamp() {}

  /**
   * Microseconds since 1970; {@code null} when the text has another form.
   *
   * @throws java.time.DateTimeException for a day that no month has
   */
  static @Nullable Long micros(String text) {
    int end = text.length() - 1;
    boolean formed =
        (end == POINT || (end > POINT + 1 && end <= POINT + 1 + MOST_DIGITS))
            && text.charAt(end) == 'Z'
            && text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && text.charAt(10) == 'T'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':'
            && (end == POINT || text.charAt(POINT) == '.');
    if (!formed) {
      return null;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, POINT);
    int fraction = end == POINT ? 0 : number(text, POINT + 1, end);
    boolean digits = Math.min(Math.min(year, month), Math.min(day, hour)) >= 0;
    if (!digits || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
      return null;
    }
    if (fraction < 0) {
      return null;
    }
    for (int i = end - POINT - 1; i < MOST_DIGITS; i++) {
      fraction *= 10;
    }
    long days = LocalDate.of(year, month, day).toEpochDay();
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction;
  }

  /** A number of digits alone, or -1. */
  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}

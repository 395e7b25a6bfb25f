package dev.freshet.events;

/** Reads {@code 2026-11-22T10:00:00.123Z} without garbage; gives up at other forms of ISO 8601. */
final class TimestampScanner {

  private static final long MILLIS_PER_DAY = 86_400_000;

  private TimestampScanner() {}

  /** Milliseconds since 1970, fractions of them cut off; negative for an unusual form. */
  static long millis(byte[] value, int from, int to) {
    int length = to - from;
    if (length < 20 || length > 30 || value[to - 1] != 'Z') {
      return -1;
    }
    int year = number(value, from, 4);
    int month = number(value, from + 5, 2);
    int day = number(value, from + 8, 2);
    int hour = number(value, from + 11, 2);
    int minute = number(value, from + 14, 2);
    int second = number(value, from + 17, 2);
    int fraction = fractionMillis(value, from + 19, to - 1);
    boolean punctuated =
        value[from + 4] == '-'
            && value[from + 7] == '-'
            && value[from + 10] == 'T'
            && value[from + 13] == ':'
            && value[from + 16] == ':';
    if (!punctuated
        || year < 1970
        || (month | day | hour | minute | second | fraction) < 0
        || month < 1
        || month > 12
        || day < 1
        || day > days(year, month)
        || hour > 23
        || minute > 59
        || second > 59) {
      return -1;
    }
    long seconds = hour * 3600L + minute * 60L + second;
    return epochDay(year, month, day) * MILLIS_PER_DAY + seconds * 1000 + fraction;
  }

  /** Negative when a character is not a digit. */
  private static int number(byte[] value, int from, int digits) {
    int number = 0;
    for (int i = from; i < from + digits; i++) {
      if (value[i] < '0' || value[i] > '9') {
        return -1;
      }
      number = number * 10 + (value[i] - '0');
    }
    return number;
  }

  private static int fractionMillis(byte[] value, int from, int to) {
    if (from == to) {
      return 0;
    }
    int digits = to - from - 1;
    if (value[from] != '.' || digits < 1 || digits > 9) {
      return -1;
    }
    int fraction = number(value, from + 1, digits);
    for (int i = digits; i < 9 && fraction >= 0; i++) {
      fraction *= 10;
    }
    return fraction < 0 ? -1 : fraction / 1_000_000;
  }

  private static int days(int year, int month) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** Days since 1970-01-01; years begin in March, so that the leap day comes last. */
  private static long epochDay(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int monthFromMarch = (month + 9) % 12;
    long dayOfYear = (153L * monthFromMarch + 2) / 5 + day - 1;
    return 365L * y + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468;
  }
}

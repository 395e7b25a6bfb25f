package dev.freshet.runtime.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 250ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 7d}.
 */
final class DurationText {
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,15})([a-zA-Z]*)");
  private static final Map<String, Long> MILLIS = new LinkedHashMap<>();

  static {
    MILLIS.put("d", 86_400_000L);
    MILLIS.put("h", 3_600_000L);
    MILLIS.put("m", 60_000L);
    MILLIS.put("s", 1_000L);
    MILLIS.put("ms", 1L);
  }

  private DurationText() {}

  static Duration parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a duration like 250ms, 10s, 5m, 1h or 7d");
    }
    String number = matcher.group(1);
    String unit = matcher.group(2);
    if (unit.isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no unit; write " + number + "ms or " + number + "s");
    }
    Long millis = MILLIS.get(unit);
    if (millis == null) {
      throw new IllegalArgumentException(
          "\"" + text + "\" ends in \"" + unit + "\"; the units are ms, s, m, h and d");
    }
    try {
      return Duration.ofMillis(Math.multiplyExact(Long.parseLong(number), millis));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("\"" + text + "\" is longer than time is counted", e);
    }
  }

  /** In the largest unit that loses nothing; below a millisecond as Java writes it. */
  static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 0 || !Duration.ofMillis(millis).equals(duration)) {
      return duration.toString();
    }
    for (Map.Entry<String, Long> unit : MILLIS.entrySet()) {
      if (millis > 0 && millis % unit.getValue() == 0) {
        return millis / unit.getValue() + unit.getKey();
      }
    }
    return "0s";
  }
}

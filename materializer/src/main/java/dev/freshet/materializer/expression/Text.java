package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/** Text counted in code points, as Postgres counts in UTF-8. */
final class Text {

  /** Characters a text function may make out of few: Postgres stops at 1 GB, a view earlier. */
  private static final long LENGTH_MAX = 10_000_000;

  private Text() {}

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** From the 1-based position, so many characters; positions before the first count. */
  static String substring(String text, long from, long count) {
    if (count < 0) {
      throw new EvaluationException("negative substring length not allowed");
    }
    int length = length(text);
    long begin = Math.max(1, from);
    long end = Math.min(length + 1L, from + count);
    if (end <= begin) {
      return "";
    }
    return text.substring(
        text.offsetByCodePoints(0, (int) begin - 1), text.offsetByCodePoints(0, (int) end - 1));
  }

  static String substring(String text, long from) {
    return substring(text, Math.max(from, 1), Integer.MAX_VALUE);
  }

  /** The first characters; all but the last for a negative number. */
  static String left(String text, long count) {
    int length = length(text);
    long take = count < 0 ? Math.max(0, length + count) : Math.min(length, count);
    return text.substring(0, text.offsetByCodePoints(0, (int) take));
  }

  static String right(String text, long count) {
    if (count == Integer.MIN_VALUE) {
      return text; // its negation does not fit: Postgres takes everything
    }
    int length = length(text);
    long take = count < 0 ? Math.max(0, length + count) : Math.min(length, count);
    return text.substring(text.offsetByCodePoints(0, (int) (length - take)));
  }

  /** Without the characters of {@code set} at its ends. */
  static String trim(String text, String set, boolean front, boolean back) {
    int begin = 0;
    int end = text.length();
    while (front && begin < end) {
      int c = text.codePointAt(begin);
      if (set.indexOf(c) < 0) {
        break;
      }
      begin += Character.charCount(c);
    }
    while (back && end > begin) {
      int c = text.codePointBefore(end);
      if (set.indexOf(c) < 0) {
        break;
      }
      end -= Character.charCount(c);
    }
    return text.substring(begin, end);
  }

  static String pad(String text, long length, String fill, boolean front) {
    long wanted = Math.max(0, length);
    bound(wanted);
    int have = length(text);
    if (have >= wanted || fill.isEmpty()) {
      return left(text, Math.min(wanted, have));
    }
    StringBuilder pad = new StringBuilder();
    int[] cycle = fill.codePoints().toArray();
    for (int i = 0; i < wanted - have; i++) {
      pad.appendCodePoint(cycle[i % cycle.length]);
    }
    return front ? pad + text : text + pad;
  }

  static String repeat(String text, long times) {
    long count = Math.max(0, times);
    bound(Math.multiplyExact(count, (long) text.length()));
    return text.repeat((int) count);
  }

  private static void bound(long length) {
    if (length > LENGTH_MAX) {
      throw new EvaluationException("requested length too large");
    }
  }

  static String replace(String text, String from, String to) {
    return from.isEmpty() ? text : text.replace(from, to);
  }

  /** The n-th field, from the end for a negative n. */
  static String field(String text, String separator, long n) {
    if (n == 0) {
      throw new EvaluationException("field position must not be zero");
    }
    if (text.isEmpty()) {
      return "";
    }
    if (separator.isEmpty()) {
      return n == 1 || n == -1 ? text : "";
    }
    String[] fields = text.split(java.util.regex.Pattern.quote(separator), -1);
    long place = n < 0 ? fields.length + n : n - 1;
    return place < 0 || place >= fields.length ? "" : fields[(int) place];
  }

  /** The 1-based place of a text in another, 0 when it is not there. */
  static Long position(String text, String part) {
    int at = text.indexOf(part);
    return at < 0 ? 0L : text.codePointCount(0, at) + 1L;
  }

  static String translate(String text, String from, String to) {
    int[] targets = to.codePoints().toArray();
    int[] sources = from.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              int place = 0;
              while (place < sources.length && sources[place] != c) {
                place++;
              }
              if (place == sources.length) {
                out.appendCodePoint(c);
              } else if (place < targets.length) {
                out.appendCodePoint(targets[place]);
              }
            });
    return out.toString();
  }

  static String lower(String text, Session.CaseMapping mapping) {
    return switch (mapping) {
      case FULL -> text.toLowerCase(Locale.ROOT);
      case SIMPLE -> map(text, Character::toLowerCase);
      case ASCII -> map(text, c -> c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    };
  }

  static String upper(String text, Session.CaseMapping mapping) {
    return switch (mapping) {
      case FULL -> text.toUpperCase(Locale.ROOT);
      case SIMPLE -> map(text, Character::toUpperCase);
      case ASCII -> map(text, c -> c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
    };
  }

  private static String map(String text, IntUnaryOperator letter) {
    int[] mapped = text.codePoints().map(letter).toArray();
    return new String(mapped, 0, mapped.length);
  }
}

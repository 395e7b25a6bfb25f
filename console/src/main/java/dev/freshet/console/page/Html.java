package dev.freshet.console.page;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Texts and figures as they stand in HTML. */
final class Html {

  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Html() {}

  /** Any text, safe between tags and in quotes. */
  static String text(String raw) {
    StringBuilder safe = new StringBuilder(raw.length() + 16);
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  /** A duration with its unit, three digits that matter. */
  static String millis(@Nullable Double millis) {
    if (millis == null) {
      return "<span class=none>–</span>";
    }
    if (millis >= 7_200_000) {
      return number(millis / 3_600_000, 1) + unit("h");
    }
    if (millis >= 60_000) {
      return number(millis / 60_000, 1) + unit("min");
    }
    if (millis >= 1000) {
      return number(millis / 1000, millis >= 10_000 ? 1 : 2) + unit("s");
    }
    return number(millis, millis >= 100 ? 0 : millis >= 10 ? 1 : 2) + unit("ms");
  }

  static String unit(String unit) {
    return "<small> " + unit + "</small>";
  }

  static String rate(double perSecond) {
    return number(perSecond, perSecond >= 100 || perSecond == 0 ? 0 : perSecond >= 10 ? 1 : 2);
  }

  static String share(@Nullable Double ratio) {
    return ratio == null
        ? "<span class=none>–</span>"
        : number(100 * ratio, ratio > 0.9995 || ratio == 0 ? 0 : 1) + unit("%");
  }

  /** A size in powers of 1024. */
  static String bytes(double bytes) {
    int power = 0;
    double shown = bytes;
    while (shown >= 1000 && power < UNITS.length - 1) {
      shown /= 1024;
      power++;
    }
    return number(shown, power == 0 || shown >= 100 ? 0 : 1) + unit(UNITS[power]);
  }

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** The zone that {@link #time} and {@link #moment} are in, unless the program changes both. */
  static final String ZONE = "<span class=zone>UTC</span>";

  /** A moment that may be on another day, to the second. */
  static String moment(@Nullable String iso) {
    if (iso == null || iso.length() < 19) {
      return "<span class=none>–</span>";
    }
    return "<time class=dated datetime=\"%s\">%s</time>"
        .formatted(text(iso), text(iso.substring(0, 19).replace('T', ' ')));
  }

  /** A moment of now; the page's program writes it in the reader's zone when asked to. */
  static String time(@Nullable String iso) {
    if (iso == null) {
      return "<span class=none>–</span>";
    }
    int t = iso.indexOf('T');
    String shown = iso.substring(t + 1).replace("Z", "");
    int point = shown.indexOf('.');
    String millis =
        point < 0 ? shown + ".000" : (shown + "000").substring(0, Math.min(point + 4, 12));
    return "<time datetime=\"%s\">%s</time>".formatted(text(iso), millis);
  }
}

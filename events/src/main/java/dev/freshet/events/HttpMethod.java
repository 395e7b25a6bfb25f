package dev.freshet.events;

import java.util.Locale;

/**
 * A request method; everything unusual is {@link #OTHER}, as OpenTelemetry asks, so that a client
 * that invents methods cannot invent series.
 */
public enum HttpMethod {
  GET(0),
  HEAD(1),
  POST(2),
  PUT(3),
  DELETE(4),
  CONNECT(5),
  OPTIONS(6),
  TRACE(7),
  PATCH(8),
  QUERY(9),
  /** Any other method, and none at all; written {@code _OTHER}. */
  OTHER(15);

  private static final HttpMethod[] ALL = values();

  /** What the method is in the binary form, 0 to 15; never changed. */
  final int code;

  HttpMethod(int code) {
    this.code = code;
  }

  /** The method's text: its own name, {@code _OTHER} for {@link #OTHER}. */
  public String text() {
    return this == OTHER ? "_OTHER" : name();
  }

  /** The method written so, in any case; {@link #OTHER} when it is not one of these. */
  public static HttpMethod of(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    for (HttpMethod method : ALL) {
      if (method != OTHER && method.name().equals(upper)) {
        return method;
      }
    }
    return OTHER;
  }

  /** As {@link #of(String)}, of ASCII bytes and without garbage. */
  static HttpMethod of(byte[] bytes, int from, int to) {
    for (HttpMethod method : ALL) {
      if (method != OTHER && sameText(method.name(), bytes, from, to)) {
        return method;
      }
    }
    return OTHER;
  }

  /** The method of this code; {@link #OTHER} for one that a later version may know. */
  static HttpMethod of(int code) {
    return code < ALL.length - 1 ? ALL[code] : OTHER;
  }

  private static boolean sameText(String name, byte[] bytes, int from, int to) {
    if (to - from != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      int letter = bytes[from + i];
      if (letter >= 'a' && letter <= 'z') {
        letter -= 'a' - 'A';
      }
      if (letter != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}

package dev.freshet.app;

import java.util.Locale;

/** How much is logged to stderr. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  /** Debug of Freshet, and what the libraries say too. */
  TRACE;

  /** Takes effect for loggers made afterwards: log4j2.xml reads these once. */
  public void apply(boolean stacktrace) {
    boolean libraries = this == TRACE;
    set("freshet.log.level", libraries ? "trace" : toString());
    set("freshet.log.libraries", libraries ? "info" : "");
    set("freshet.log.stack", stacktrace || libraries ? "full" : "none");
  }

  private static void set(String property, String value) {
    if (value.isEmpty()) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, value);
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

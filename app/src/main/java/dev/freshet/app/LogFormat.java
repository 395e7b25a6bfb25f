package dev.freshet.app;

import java.util.Locale;

/** The form of what goes to stderr. */
public enum LogFormat {
  /** A line for people. */
  TEXT,
  /** One JSON object per line, for whoever collects logs. */
  JSON;

  private static final String PROPERTY = "freshet.log.format";

  /** Takes effect for loggers made afterwards: log4j2.xml reads it once. */
  public void apply() {
    System.setProperty(PROPERTY, toString());
  }

  /** What applies in this process. */
  static LogFormat current() {
    return JSON.toString().equals(System.getProperty(PROPERTY)) ? JSON : TEXT;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

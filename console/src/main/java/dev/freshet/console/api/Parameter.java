package dev.freshet.console.api;

import java.util.List;

/**
 * A parameter of a question.
 *
 * @param name as it is written in the address
 * @param kind what it may be
 * @param standard what it is when left out; empty for nothing
 * @param most the largest number, or the longest text
 * @param choices the texts it may be; empty for any
 * @param sentence what it means
 */
public record Parameter(
    String name, Kind kind, String standard, long most, List<String> choices, String sentence) {

  /** What a parameter may be. */
  public enum Kind {
    TEXT,
    /** A whole number from 0. */
    NUMBER,
    /** As in the config: {@code 500ms}, {@code 5m}. */
    DURATION,
    /** Part of the path. */
    PATH
  }

  private static final int LONGEST = 512;

  public Parameter {
    choices = List.copyOf(choices);
  }

  static Parameter text(String name, String sentence) {
    return new Parameter(name, Kind.TEXT, "", LONGEST, List.of(), sentence);
  }

  static Parameter path(String name, String sentence) {
    return new Parameter(name, Kind.PATH, "", LONGEST, List.of(), sentence);
  }

  static Parameter choice(String name, String standard, List<String> choices, String sentence) {
    return new Parameter(name, Kind.TEXT, standard, LONGEST, choices, sentence);
  }

  static Parameter number(String name, int standard, long most, String sentence) {
    return new Parameter(name, Kind.NUMBER, Integer.toString(standard), most, List.of(), sentence);
  }

  /** At most {@code mostSeconds} long. */
  static Parameter duration(String name, String standard, int mostSeconds, String sentence) {
    return new Parameter(name, Kind.DURATION, standard, mostSeconds, List.of(), sentence);
  }
}

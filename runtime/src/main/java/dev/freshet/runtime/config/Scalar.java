package dev.freshet.runtime.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A type that is written as one text in the config file: how it is read, printed and described.
 * Modules add their own (a table name, an address, a tag template) to {@link Scalars}.
 *
 * @param type the Java type, as it appears in records
 * @param name what a person calls it, with its article: "a duration"
 * @param json the type in the JSON schema
 * @param pattern what the whole text looks like, a regular expression of ECMA-262
 * @param example a text that can be read; empty when the name says enough
 * @param choices all texts there are, if there are only a few
 * @param parse throws {@link IllegalArgumentException}, its message saying what was found and what
 *     is expected
 * @param print the text to show; masks what must not be seen
 */
public record Scalar<T>(
    Class<T> type,
    String name,
    Json json,
    Optional<String> pattern,
    String example,
    List<String> choices,
    Function<String, T> parse,
    Function<T, String> print) {

  /** How a scalar is typed in a JSON schema. */
  public enum Json {
    STRING,
    INTEGER,
    NUMBER,
    BOOLEAN
  }

  public Scalar {
    choices = List.copyOf(choices);
  }

  /** A text of a certain form; {@code toString} prints it. */
  public static <T> Scalar<T> text(
      Class<T> type, String name, String pattern, String example, Function<String, T> parse) {
    return new Scalar<>(
        type, name, Json.STRING, Optional.of(pattern), example, List.of(), parse, Object::toString);
  }

  /** The same type, shown differently: for values with a password inside. */
  public Scalar<T> printedAs(Function<T, String> shown) {
    return new Scalar<>(type, name, json, pattern, example, choices, parse, shown);
  }

  String printed(Object value) {
    return print.apply(type.cast(value));
  }

  String describe() {
    if (!choices.isEmpty()) {
      return "one of " + String.join(", ", choices);
    }
    return example.isEmpty() ? name : name + " like " + example;
  }
}

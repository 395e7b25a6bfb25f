package dev.freshet.console.api;

import dev.freshet.runtime.config.DidYouMean;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A question with its parameters, checked against their declarations. */
public final class Asked {

  /** The largest number there is: 18 digits. */
  static final long MOST = 999_999_999_999_999_999L;

  private final Map<String, String> values = new HashMap<>();
  private final byte[] body;

  private Asked(byte[] body) {
    this.body = body;
  }

  /**
   * Checks what was asked.
   *
   * @param path values of the path's parameters
   * @param query values of the query's, with everything that was sent
   * @param body what a POST carries
   * @throws ProblemException when a parameter is unknown, given twice or out of its range
   */
  public static Asked of(
      Endpoint endpoint, Map<String, String> path, Map<String, List<String>> query, byte[] body)
      throws ProblemException {
    Asked asked = new Asked(body);
    List<String> names = endpoint.parameters().stream().map(Parameter::name).toList();
    for (var given : query.entrySet()) {
      if (!names.contains(given.getKey()) || path.containsKey(given.getKey())) {
        throw invalid(
            "there is no parameter \"%s\"".formatted(shortened(given.getKey())),
            DidYouMean.hint(names, given.getKey())
                .orElse(
                    names.isEmpty()
                        ? "leave it out"
                        : "the parameters are " + String.join(", ", names)));
      }
      if (given.getValue().size() != 1) {
        throw invalid("\"%s\" is given more than once".formatted(given.getKey()), "");
      }
    }
    for (Parameter parameter : endpoint.parameters()) {
      String name = parameter.name();
      String value =
          path.containsKey(name)
              ? path.get(name)
              : query.containsKey(name) ? query.get(name).get(0) : parameter.standard();
      asked.values.put(
          name,
          value == null || value.isEmpty() ? parameter.standard() : checked(parameter, value));
    }
    return asked;
  }

  private static String checked(Parameter parameter, String value) throws ProblemException {
    String name = parameter.name();
    switch (parameter.kind()) {
      case TEXT, PATH -> {
        if (value.length() > parameter.most()) {
          throw invalid(
              "\"%s\" has %d characters".formatted(name, value.length()),
              "it has at most " + parameter.most());
        }
        if (!parameter.choices().isEmpty() && !parameter.choices().contains(value)) {
          throw invalid(
              "\"%s\" is \"%s\"".formatted(name, shortened(value)),
              "it is one of " + String.join(", ", parameter.choices()));
        }
      }
      case NUMBER -> {
        if (!value.matches("[0-9]{1,18}") || Long.parseLong(value) > parameter.most()) {
          throw invalid(
              "\"%s\" is \"%s\"".formatted(name, shortened(value)),
              "it is a whole number from 0 to " + parameter.most());
        }
      }
      case DURATION -> {
        if (duration(value).compareTo(Duration.ofSeconds(parameter.most())) > 0) {
          throw invalid(
              "\"%s\" is %s".formatted(name, value),
              "it is at most %d s".formatted(parameter.most()));
        }
      }
    }
    return value;
  }

  private static Duration duration(String value) throws ProblemException {
    try {
      if (value.matches("[0-9]{1,6}ms")) {
        return Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)));
      }
      if (value.matches("[0-9]{1,6}[smh]")) {
        return Duration.parse("PT" + value);
      }
    } catch (DateTimeParseException e) {
      // Told below, like any other text that is no duration.
    }
    throw invalid(
        "\"%s\" is not a duration".formatted(shortened(value)), "write it like 500ms, 15m or 6h");
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  static ProblemException invalid(String detail, String hint) {
    return new ProblemException(Problem.INVALID_PARAMETER, detail, hint);
  }

  /** A text; empty when it was left out. */
  public String text(String name) {
    return values.getOrDefault(name, "");
  }

  /** A number that its parameter keeps below 2^31. */
  public int number(String name) {
    return Integer.parseInt(text(name));
  }

  /** Any number. */
  public long longNumber(String name) {
    return Long.parseLong(text(name));
  }

  /** A duration. */
  public Duration duration(Parameter parameter) throws ProblemException {
    return duration(text(parameter.name()));
  }

  /** What was sent with it. */
  byte[] body() {
    return body;
  }
}

package dev.freshet.runtime.config;

import java.util.Optional;

/**
 * One thing in the config file that has to change before it can be used.
 *
 * @param path the setting, for example {@code console.listen}; empty for the file as a whole
 * @param line counted from 1
 * @param column counted from 1, in characters
 * @param message what was found and what is expected
 * @param hint what to do
 */
public record ConfigProblem(
    String path, int line, int column, String message, Optional<String> hint) {
  private static final int LONGEST = 400; // characters of one part

  /** Message and hint as one sentence. */
  public String sentence() {
    return hint.map(h -> message + "; " + h).orElse(message);
  }

  /** Keys and values may hold line breaks and may be long; a line of a report may not. */
  ConfigProblem onOneLine() {
    return new ConfigProblem(
        oneLine(path), line, column, oneLine(message), hint.map(ConfigProblem::oneLine));
  }

  private static String oneLine(String text) {
    String shown = text.replace("\n", "\\n").replaceAll("\\p{Cntrl}", "\uFFFD");
    return shown.length() <= LONGEST ? shown : shown.substring(0, LONGEST) + "…";
  }
}

package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.EvaluationException;

/** LIKE: {@code %} is any text, {@code _} one character, a backslash takes the next literally. */
final class Like {

  private Like() {}

  /** Whether the whole text matches; linear but for backtracking to the last {@code %}. */
  static boolean matches(String text, String pattern) {
    int t = 0;
    int p = 0;
    int retryText = -1;
    int retryPattern = -1;
    while (t < text.length()) {
      char c = p < pattern.length() ? pattern.charAt(p) : 0;
      if (p < pattern.length() && c == '%') {
        retryPattern = ++p;
        retryText = t;
        continue;
      }
      if (p < pattern.length() && c == '_') {
        t += Character.charCount(text.codePointAt(t));
        p++;
        continue;
      }
      int literal = p < pattern.length() && c == '\\' ? escaped(pattern, p) : p;
      if (literal < pattern.length() && pattern.charAt(literal) == text.charAt(t)) {
        t++;
        p = literal + 1;
      } else if (retryPattern >= 0) {
        retryText += Character.charCount(text.codePointAt(retryText));
        t = retryText;
        p = retryPattern;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '%') {
      p++;
    }
    return p == pattern.length();
  }

  private static int escaped(String pattern, int backslash) {
    if (backslash + 1 == pattern.length()) {
      throw new EvaluationException("LIKE pattern must not end with escape character");
    }
    return backslash + 1;
  }
}

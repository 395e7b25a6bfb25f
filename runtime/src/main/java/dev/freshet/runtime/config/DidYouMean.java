package dev.freshet.runtime.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * The nearest of some known words to one that is not among them.
 *
 * <p>Distance: optimal string alignment, the restricted Damerau-Levenshtein distance (insert,
 * delete, replace, swap of neighbours, each costing 1). At most a third of the word may differ, and
 * never more than 3 letters: a wrong guess is worse than none.
 */
public final class DidYouMean {
  private static final int MOST = 3; // letters
  private static final int LONGEST = 100; // letters; a longer word is not a typing slip

  private DidYouMean() {}

  /** The nearest word, the first of equals; empty when none is near. */
  public static Optional<String> among(Collection<String> words, String typed) {
    String letters = letters(typed);
    for (String word : words) {
      if (!letters.isEmpty() && letters(word).equals(letters)) {
        return Optional.of(word); // unlessOnly and unless_only for unless-only
      }
    }
    if (typed.length() > LONGEST) {
      return Optional.empty();
    }
    String lower = typed.toLowerCase(Locale.ROOT);
    int nearest = Math.min(MOST, Math.max(1, typed.length() / 3)) + 1;
    String found = "";
    for (String word : words) {
      if (Math.abs(word.length() - lower.length()) < nearest && word.length() > 1) {
        int distance = distance(lower, word.toLowerCase(Locale.ROOT));
        if (distance < nearest && distance < word.length()) {
          nearest = distance;
          found = word;
        }
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  /** The hint itself: {@code did you mean listen?}. */
  public static Optional<String> hint(Collection<String> words, String typed) {
    return among(words, typed).map(word -> "did you mean " + word + "?");
  }

  private static String letters(String word) {
    return word.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
  }

  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}

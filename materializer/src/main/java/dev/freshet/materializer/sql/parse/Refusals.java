package dev.freshet.materializer.sql.parse;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects every refusal of one text, so that all are shown at once. Not thread-safe. */
public final class Refusals {

  /** More would not be read. */
  private static final int MOST = 50;

  private final List<Refusal> all = new ArrayList<>();

  /** What is no mistake in Postgres, but not kept by a view. */
  public void unsupported(Position at, String what, String suggestion) {
    error(at, what + " is not supported in a Freshet view: " + suggestion);
  }

  /** What Postgres refuses as well, or needs its own words. */
  public void error(Position at, String message) {
    Refusal refusal = new Refusal(at, message);
    if (all.size() < MOST && !all.contains(refusal)) {
      all.add(refusal);
    }
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** In the order of the text. */
  public List<Refusal> all() {
    return all.stream().sorted(Comparator.comparing(Refusal::at)).toList();
  }
}

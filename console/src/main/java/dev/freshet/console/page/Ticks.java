package dev.freshet.console.page;

import dev.freshet.console.api.Stage.Disturbed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The starts and rebalances of a stage in the last hour, as ticks and in words. */
final class Ticks {

  private static final int WIDTH = 120;
  private static final int HEIGHT = 8;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final String STARTED = "started";

  private Ticks() {}

  /** Nothing when nothing happened. */
  static String of(List<Disturbed> disturbances, long nowMillis) {
    if (disturbances.isEmpty()) {
      return "";
    }
    StringBuilder path = new StringBuilder();
    for (Disturbed one : disturbances) {
      long ago = nowMillis - Instant.parse(one.at()).toEpochMilli();
      double x = WIDTH * (1 - Math.min(1, (double) Math.max(0, ago) / HOUR));
      int top = one.what().equals(STARTED) ? 0 : HEIGHT / 2;
      path.append(String.format(Locale.ROOT, "M%.1f %dV%d", x, top, HEIGHT));
    }
    return """
        <svg class=ticks viewBox="0 0 %d %d" preserveAspectRatio=none aria-hidden=true focusable=false>\
        <path d="%s"/></svg><p class=fine>%s</p>"""
        .formatted(WIDTH, HEIGHT, path, words(disturbances));
  }

  private static String words(List<Disturbed> disturbances) {
    Disturbed newest = disturbances.get(disturbances.size() - 1);
    String when = Html.moment(newest.at()) + ' ' + Html.ZONE + '.';
    if (disturbances.size() == 1 && newest.times() == 1) {
      return (newest.what().equals(STARTED) ? "Started " : "Rebalanced ") + when;
    }
    long starts = disturbances.stream().filter(one -> one.what().equals(STARTED)).count();
    long rebalances =
        disturbances.stream()
            .filter(one -> !one.what().equals(STARTED))
            .mapToLong(Disturbed::times)
            .sum();
    StringBuilder words = new StringBuilder("In the last hour ");
    words.append(starts == 0 ? "" : Html.count(starts) + (starts == 1 ? " start" : " starts"));
    words.append(starts > 0 && rebalances > 0 ? " and " : "");
    words.append(
        rebalances == 0
            ? ""
            : Html.count(rebalances) + (rebalances == 1 ? " rebalance" : " rebalances"));
    return words.append(", last ").append(when).toString();
  }
}

package dev.freshet.metrics.slo;

import java.util.List;

/**
 * A rule of multi-window, multi-burn-rate alerting: budget is burnt {@code factor} times faster
 * than the objective allows over both windows. The long window says that it matters, the short one
 * that it still goes on. (Google, "The Site Reliability Workbook", chapter 5, section 6.)
 *
 * @param severity {@code page} for what cannot wait, {@code ticket} for what can
 * @param factor times the speed that would use up the budget of 30 days exactly
 * @param longMinutes the long window
 * @param shortMinutes the short window
 */
record BurnRate(String severity, double factor, int longMinutes, int shortMinutes) {

  /** 2 % of 30 days' budget in an hour; 5 % in six hours; 10 % in three days. */
  static final List<BurnRate> STANDARD =
      List.of(
          new BurnRate("page", 14.4, 60, 5),
          new BurnRate("page", 6, 360, 30),
          new BurnRate("ticket", 1, 4320, 360));

  /** Below this share of the factor in the short window, the burning has ended. */
  private static final double HYSTERESIS = 0.9;

  /** Whether it can fire at all: a budget of 20 % cannot be burnt 14 times too fast. */
  boolean canFire(Slo slo) {
    return factor * (1 - slo.objective()) < 1;
  }

  /** Its name: both windows in words. */
  String windows() {
    return text(longMinutes) + "/" + text(shortMinutes);
  }

  /**
   * What the counts up to this minute say.
   *
   * <p>A long window that is longer than the history counts what is missing as good requests, at
   * the rate of those that are known: a rule fires when so much of the budget is really gone, and
   * not because a bad minute is all there is to look at.
   */
  Verdict judge(Slo slo, MinuteRing ring, long nowMinute) {
    MinuteRing.Sum fast = ring.sum(nowMinute, shortMinutes);
    MinuteRing.Sum slow = ring.sum(nowMinute, longMinutes);
    double budget = 1 - slo.objective();
    double fastBurn = fast.badShare() / budget;
    double slowBurn = slow.badShare() * ring.known(nowMinute, longMinutes) / budget;
    Verdict.Kind kind;
    if (slow.total() < slo.minRequests()) {
      kind = Verdict.Kind.CALM;
    } else if (fast.total() < slo.minRequests()) {
      kind = Verdict.Kind.TOO_FEW;
    } else if (fastBurn > factor && slowBurn > factor) {
      kind = Verdict.Kind.BURNS;
    } else if (fastBurn < factor * HYSTERESIS) {
      kind = Verdict.Kind.CALM;
    } else {
      kind = Verdict.Kind.BETWEEN;
    }
    return new Verdict(kind, slowBurn, fastBurn, slow.bad(), slow.total());
  }

  private static String text(int minutes) {
    if (minutes % 1440 == 0) {
      return minutes / 1440 + "d";
    }
    return minutes % 60 == 0 ? minutes / 60 + "h" : minutes + "m";
  }
}

package dev.freshet.endtoend.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A few seeds, of Freshet, of its peers, and of Freshet with a broken fill. */
class CheckerIT {

  private static final Checker.Order ORDER = new Checker.Order(1, 8, 3, 4, false, Optional.empty());

  private static final BrokenFill UNCHECKED =
      new BrokenFill("unchecked", "if mark and mark >= xmin then", "if false then");
  private static final BrokenFill AT_XMIN =
      new BrokenFill("at-xmin", "if mark and mark >= xmin then", "if mark and mark > xmin then");
  private static final BrokenFill NO_BITS =
      new BrokenFill("no-bits", "xid % 65536) == 1", "0) == 2");

  private static final List<String> TALK = Collections.synchronizedList(new ArrayList<>());
  private static Map<String, Map<String, Long>> found;

  @BeforeAll
  static void check() throws Exception {
    found =
        Checker.of(
                ORDER,
                TALK::add,
                new Fenced(),
                Peer.lease(),
                Peer.lsn(),
                UNCHECKED,
                AT_XMIN,
                NO_BITS)
            .run();
  }

  private static long figure(String variant, String figure) {
    return found.getOrDefault(variant, Map.of()).getOrDefault(figure, 0L);
  }

  @Test
  void freshetShowsNothingStale() {
    assertThat(figure("fenced", "reads")).isPositive();
    assertThat(figure("fenced", "fills")).isPositive();
    assertThat(figure("fenced", "refused_mark")).isPositive();
    assertThat(figure("fenced", "unsettled")).as("%s", found).isZero();
    assertThat(figure("fenced", "stale")).as("%s", String.join("\n", TALK)).isZero();
    assertThat(figure("fenced", "stale_forever")).as("%s", String.join("\n", TALK)).isZero();
  }

  @Test
  void bothPeersAreCaught() {
    assertThat(figure("lease", "stale")).isPositive();
    assertThat(figure("lsn", "stale")).isPositive();
  }

  @Test
  void aFillThatLooksAtNoMarkIsCaught() {
    assertThat(figure("unchecked", "stale")).isPositive();
  }

  @Test
  void aFillThatTakesXminForSeenIsCaught() {
    assertThat(figure("at-xmin", "stale")).isPositive();
  }

  @Test
  void aFillThatDoesNotAskWhichWereAppliedIsCaught() {
    assertThat(figure("no-bits", "stale")).isPositive();
  }
}

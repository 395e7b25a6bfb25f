package dev.freshet.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.ingest.Horizon;
import dev.freshet.invalidation.CacheView;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FillOutlookTest {

  private static final Horizon.Holder HOLDER =
      new Horizon.Holder(
          "pid 4711", "shop, idle in transaction", Duration.ofSeconds(12), "SELECT\n 1");

  private static FillOutlook outlook(OptionalLong floor, long mark, long xmin, long xmax) {
    return FillOutlook.of(
        new CacheView(OptionalLong.empty(), floor, Map.of("org:7", mark, "org:8", 1L)),
        new Horizon(xmin, xmax, Optional.of(HOLDER)));
  }

  @Test
  void storesWhatEveryNewLoadSees() {
    FillOutlook outlook = outlook(OptionalLong.of(50), 99, 100, 100);
    assertThat(outlook.stored()).isTrue();
    assertThat(outlook.lines()).containsExactly("now    not in the cache", "fills  stored");
  }

  @Test
  void namesWhoHoldsXminBack() {
    FillOutlook outlook = outlook(OptionalLong.of(50), 100, 100, 105);
    assertThat(outlook.stored()).isTrue();
    assertThat(outlook.lines().get(1))
        .isEqualTo(
            "fills  stored from the primary, refused from a standby:"
                + " transaction 100 touched org:7, and those from 100 on may be unfinished");
    assertThat(outlook.lines().get(2))
        .isEqualTo("held   by pid 4711 (shop, idle in transaction), 12 s old: SELECT 1");
  }

  @Test
  void refusesWhatIsAppliedButNotVisible() {
    FillOutlook outlook = outlook(OptionalLong.of(50), 105, 100, 105);
    assertThat(outlook.stored()).isFalse();
    assertThat(outlook.reason()).endsWith("it is applied and not visible yet");
  }

  @Test
  void refusesWhileNothingIsKnownAndWhatIsForgotten() {
    assertThat(outlook(OptionalLong.empty(), 1, 100, 100).reason()).contains("no heartbeat");
    assertThat(outlook(OptionalLong.of(100), 1, 100, 101).reason())
        .startsWith("refused: transactions up to 100 are forgotten");
  }
}

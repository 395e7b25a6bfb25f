package dev.freshet.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.console.api.Setup;
import dev.freshet.console.api.Status;
import dev.freshet.console.page.Page;
import dev.freshet.console.page.PageQuery;
import dev.freshet.events.HealthReport;
import dev.freshet.runtime.Health;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the page shows when nobody renews its figures any more: Kafka, or a process, is down. */
class StaleFiguresTest {

  private static final Setup SETUP =
      new Setup(Map.of(), Map.of(), List.of(), List.of("1m", "5m"), Map.of(), 250, 30_000);

  private final Told told =
      Told.everything()
          .part(
              "pgbouncer",
              Told.NOW,
              pool("pool_used_ratio", 0.95, HealthReport.Level.WARN),
              pool("waiting_clients", 7, HealthReport.Level.WARN));

  private static HealthReport.Gauge pool(String name, double value, HealthReport.Level level) {
    return new HealthReport.Gauge(name, Map.of("pool", "shop/app"), value, level);
  }

  private Map<String, String> page(long nowMillis) {
    Status status = Status.of(told.model, Health.of(Health.State.RUNNING), SETUP, nowMillis);
    return new Page(told.model, SETUP).live(PageQuery.of(Map.of(), SETUP), status, nowMillis);
  }

  private static String[] pieces(Map<String, String> page, String part, String begin) {
    return page.getOrDefault(part, "").split(begin, -1);
  }

  @Test
  void figuresOfNowAreShown() {
    Map<String, String> page = page(Told.NOW + 1000);
    assertThat(page.get("tiles"))
        .contains("2.0<", "MiB", "66.7<", "Fullest pool", "95.0<", "shop/app, 7 waiting")
        .doesNotContain("stopped");
    assertThat(page.get("routes")).doesNotContain("not counted since");
    assertThat(page.get("views")).contains(">live<");
  }

  @Test
  void aPositionThatHeartbeatsMayReachBeforeChangesDoIsNotCalledThatOfAll() {
    assertThat(page(Told.NOW).get("headline")).contains("is applied.");
    told.model.freshness().positions().exact(false);
    assertThat(page(Told.NOW).get("headline")).contains("is applied, but for tables");
  }

  @Test
  void figuresOfThenAreNotShownAsThoseOfNow() {
    Map<String, String> page = page(Told.NOW + 600_000);
    assertThat(page.get("headline")).contains("Nothing has come through for 601 s");
    assertThat(page.get("tiles"))
        .contains("last told", "not counted since", "nobody looks at PgBouncer any more")
        .doesNotContain("66.7<", "95.0<", "shop/app");
    assertThat(pieces(page, "tiles", "<div class=tile>"))
        .filteredOn(tile -> !tile.isBlank())
        .hasSize(6)
        .allSatisfy(tile -> assertThat(tile).contains(">stopped<"));
    assertThat(page.get("routes")).contains("not counted since", "2026-01-01");
    assertThat(page.get("views")).contains("as of then").doesNotContain(">live<");
    assertThat(page.get("stages")).doesNotContain("records behind");
    assertThat(pieces(page, "system", "<div class=part>"))
        .filteredOn(card -> !card.isBlank())
        .allSatisfy(card -> assertThat(card).contains("last seen"));
  }

  @Test
  void aViewThatNobodyKeepsAnyMoreFallsBehindWhatIsCaptured() {
    assertThat(page(Told.NOW).get("views")).contains(">live<");
    told.heartbeat(100_000, Told.NOW + 60_000);
    assertThat(page(Told.NOW + 60_000).get("views")).contains(">behind<", "1.0<small> min");
  }

  @Test
  void theLinesWithoutAProgramHaveGapsToo() {
    told.change(1, Told.NOW - 400_000, 3, "order:a", "order:a")
        .change(2, Told.NOW - 200_000, 3, "order:b", "order:b");
    String chart =
        new String(
            new Page(told.model, SETUP)
                .whole(
                    PageQuery.of(Map.of(), SETUP),
                    () -> Status.of(told.model, Health.of(Health.State.RUNNING), SETUP, Told.NOW),
                    Told.NOW),
            StandardCharsets.UTF_8);
    String p99 = chart.substring(chart.indexOf("<path class=p99"));
    assertThat(p99.substring(0, p99.indexOf("/>")).split("M", -1)).hasSizeGreaterThan(2);
  }
}

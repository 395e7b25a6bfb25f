package dev.freshet.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.freshet.events.Applied;
import dev.freshet.events.ChangeSource;
import dev.freshet.events.ExponentialHistogram;
import dev.freshet.events.Invalidation;
import dev.freshet.events.LatencyMinute;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.Lsn;
import dev.freshet.events.RequestCounts;
import dev.freshet.events.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Few large things are not more than many small ones. */
class MemoryTest {

  private static final Memory MEMORY = Memory.of(1 << 20);
  private static final String LONG = "x".repeat(10_000);

  private static Invalidation.Stale stale(int id) {
    return new Invalidation.Stale(
        Set.of(LONG + id),
        Set.of(),
        Set.of(),
        new Invalidation.Cause(
            'u', new ChangeSource(new TableName("public", "orders"), "", new Lsn(id), id, 0)));
  }

  @Test
  void theFeedForgetsTheOldestAndItsCauses() {
    Feed feed = new Feed(MEMORY);
    for (int i = 1; i <= 100; i++) {
      feed.stale(0, i, i, stale(i));
      feed.deleted(
          new Applied(
              0, i, i, 0, 1, 1, List.of(new Applied.Deletion(LONG + i, "t", stale(i).cause()))));
    }
    assertThat(feed.bytes()).isLessThan(MEMORY.feed());
    assertThat(feed.causeBytes()).isLessThan(2 * MEMORY.causes());
    assertThat(feed.after(0, 1000, entry -> true)).hasSizeBetween(5, 20);
    assertThat(feed.lastOf(LONG + 100)).isPresent();
    assertThat(feed.lastOf(LONG + 1)).isEmpty();
    assertThat(feed.deathOf(LONG + 100)).isPresent();
    assertThat(feed.deathOf(LONG + 1)).isEmpty();
  }

  @Test
  void routesWithLongNamesAreRefusedAndOldMinutesGo() {
    Latencies latencies = new Latencies(MEMORY);
    ExponentialHistogram durations = new ExponentialHistogram();
    durations.add(1_000_000);
    for (int i = 0; i < 100; i++) {
      RequestCounts one = new RequestCounts(1, 0, 0, 0, 0, 0);
      latencies.put(
          new LatencyRow(
              "shop", LONG + i, "5m", 0, 1, 1, one, new LatencyRow.Latencies(1, 1, 1, 1, 1, 1, 1)));
      latencies.put(new LatencyMinute("shop", LONG + i, i * 60_000L, one, durations));
    }
    assertThat(latencies.rowBytes()).isLessThan(MEMORY.windows() + 30_000);
    assertThat(latencies.refused()).isPositive();
    assertThat(latencies.minuteBytes()).isLessThan(MEMORY.history());
    latencies.remove("shop", LONG + 0, "5m");
    assertThat(latencies.row("shop", LONG + 0, "5m")).isEmpty();
    assertThat(latencies.history("shop", LONG + 99, 0, Long.MAX_VALUE, 60_000)).hasSize(1);
    assertThat(latencies.history("shop", LONG + 1, 0, Long.MAX_VALUE, 60_000)).isEmpty();
    assertThat(latencies.history(LatencyRow.TOTAL, LONG + 99, 0, Long.MAX_VALUE, 60_000))
        .hasSize(1);
    assertThat(latencies.history(LatencyRow.TOTAL, LONG, 0, Long.MAX_VALUE, 60_000)).isEmpty();
  }

  @Test
  void sumsAreKeptLongerThanManyRoutes() {
    Latencies latencies = new Latencies(MEMORY);
    RequestCounts one = new RequestCounts(1, 0, 0, 0, 0, 0);
    for (int i = 0; i < 100; i++) {
      latencies.put(new LatencyMinute("shop", LONG, i * 60_000L, one, new ExponentialHistogram()));
      latencies.put(
          new LatencyMinute(
              "shop", LatencyRow.TOTAL, i * 60_000L, one, new ExponentialHistogram()));
    }
    assertThat(latencies.history("shop", LatencyRow.TOTAL, 0, Long.MAX_VALUE, 60_000)).hasSize(100);
    assertThat(latencies.historyBegins(LatencyRow.TOTAL)).isEqualTo(Long.MIN_VALUE);
    assertThat(latencies.history("shop", LONG, 0, Long.MAX_VALUE, 60_000)).hasSizeBetween(1, 50);
    assertThat(latencies.historyBegins(LONG)).isBetween(50 * 60_000L, 99 * 60_000L);
  }

  @Test
  void viewsShareTheirRoomAndGiveItBack() {
    AtomicLong used = new AtomicLong();
    ViewRows one = new ViewRows("one", used, MEMORY.views());
    ViewRows other = new ViewRows("other", used, MEMORY.views());
    for (int i = 0; i < 10; i++) {
      one.put("k" + i, TextNode.valueOf(LONG), i, LONG.length());
    }
    assertThat(one.isCut()).isTrue();
    other.put("k", TextNode.valueOf(LONG), 1, LONG.length());
    assertThat(other.kept()).isZero();
    one.emptiedBefore(0); // the first look at a topic that begins where it always did
    assertThat(one.isCut()).isTrue();
    one.emptiedBefore(100);
    assertThat(one.isCut()).isFalse();
    assertThat(used).hasValue(0);
    other.put("k", TextNode.valueOf(LONG), 1, LONG.length());
    assertThat(other.kept()).isOne();
  }

  @Test
  void aChangeOlderThanWhatIsRememberedIsNotPairedWithALaterBatch() {
    List<Long> paired = new ArrayList<>();
    Legs legs = new Legs((committed, captured, applied) -> paired.add(applied));
    for (int next = 1; next <= Legs.MOST_APPLIED + 10; next++) {
      legs.applied(0, next, next * 1000L);
    }
    legs.stale(0, 3, 1, 1); // what applied it is forgotten
    assertThat(paired).isEmpty();
    legs.stale(0, 10, 1, 1);
    assertThat(paired).containsExactly(11_000L);
    legs.stale(0, Legs.MOST_APPLIED, 1, 1);
    assertThat(paired).containsExactly(11_000L, (Legs.MOST_APPLIED + 1) * 1000L);
    assertThat(legs.waiting()).isZero();
  }
}

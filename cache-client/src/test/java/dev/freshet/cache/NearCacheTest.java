package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NearCacheTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SILENCE = Duration.ofSeconds(3);

  private final AtomicLong now = new AtomicLong(1000);
  private NearCache<String> near = new NearCache<>(NearBound.entries(1000), now::get);
  private Stretch stretch = begin(0);

  private Stretch begin(int bucket) {
    Stretch begun = new Stretch(now.get(), SILENCE.toNanos());
    near.begins(bucket, begun);
    return begun;
  }

  private void after(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private void tidy() {
    after(Duration.ofMinutes(1));
    near.tick();
  }

  private boolean put(NearTicket ticket, String key, String... tags) {
    return put(ticket, key, Duration.ZERO, tags);
  }

  private boolean put(NearTicket ticket, String key, Duration staleFor, String... tags) {
    return near.put(ticket, key, "value of " + key, List.of(tags), 1, HOUR, staleFor);
  }

  private @Nullable String get(String key) {
    NearEntry<String> entry = near.get(key);
    return entry == null ? null : entry.value();
  }

  @Test
  void whatWasPutIsThere() {
    assertThat(get("k")).isNull();
    assertThat(put(near.ticket(0), "k", "a", "b")).isTrue();
    assertThat(get("k")).isEqualTo("value of k");
    assertThat(near.stats()).isEqualTo(new NearStats(1, 1, 1, 0, 0, 0, 1));
  }

  @Test
  void aTagTakesItsEntriesAndNoOthers() {
    put(near.ticket(0), "k", "a", "b");
    put(near.ticket(0), "l", "b");
    put(near.ticket(0), "m", "c");
    near.stale(0, List.of("a", "b"));
    assertThat(get("k")).isNull();
    assertThat(get("l")).isNull();
    assertThat(get("m")).isNotNull();
    assertThat(near.stats().invalidated()).isEqualTo(2);
    assertThat(near.indexedTags(0)).isEqualTo(1);
  }

  @Test
  void aPutIsRefusedWhenOneOfItsTagsBecameStaleSinceTheTicket() {
    NearTicket before = near.ticket(0);
    near.stale(0, List.of("b"));
    NearTicket after = near.ticket(0);
    assertThat(put(before, "k", "a", "b")).isFalse();
    assertThat(put(before, "l", "a")).isTrue();
    assertThat(put(after, "k", "a", "b")).isTrue();
    assertThat(near.stats().refused()).isEqualTo(1);
  }

  @Test
  void anOldTicketStaysRefusedHoweverManyTagsBecomeStale() {
    NearTicket before = near.ticket(0);
    near.stale(0, List.of("a"));
    IntStream.range(0, 10 * NearStaleTags.SLOTS).forEach(i -> near.stale(0, List.of("other:" + i)));
    assertThat(put(before, "k", "a")).isFalse();
    assertThat(put(near.ticket(0), "k", "a")).isTrue();
  }

  @Test
  void nothingIsServedOrAcceptedOnceTheStretchIsOver() {
    NearTicket ticket = near.ticket(0);
    put(ticket, "k", "a");
    stretch.end();
    near.over(0);
    assertThat(get("k")).isNull();
    assertThat(put(ticket, "k", "a")).isFalse();
    assertThat(put(near.ticket(0), "k", "a")).isFalse();
    begin(0);
    assertThat(get("k")).isNull();
    assertThat(put(ticket, "k", "a")).isFalse();
    assertThat(put(near.ticket(0), "k", "a")).isTrue();
    assertThat(get("k")).isNotNull();
  }

  @Test
  void silenceNeedsNobodyToNoticeIt() {
    put(near.ticket(0), "k", "a");
    after(SILENCE);
    assertThat(get("k")).isNotNull();
    after(Duration.ofNanos(1));
    assertThat(get("k")).isNull();
    assertThat(put(near.ticket(0), "k", "a")).isFalse();
  }

  @Test
  void bucketsAreTrustedOneByOne() {
    begin(1);
    put(near.ticket(0), "k", "a");
    put(near.ticket(1), "l", "a");
    stretch.end();
    near.over(0);
    assertThat(get("k")).isNull();
    assertThat(get("l")).isNotNull();
    near.stale(1, List.of("a"));
    assertThat(get("l")).isNull();
  }

  @Test
  void entriesOfABucketNeverHeardOfAreRefused() {
    assertThat(put(near.ticket(7), "k", "a")).isFalse();
  }

  @Test
  void anEntryDiesWithItsTimeToLive() {
    near.put(near.ticket(0), "k", "v", List.of("a"), 1, Duration.ofSeconds(2), Duration.ZERO);
    after(Duration.ofSeconds(2).minusNanos(1));
    assertThat(get("k")).isNotNull();
    after(Duration.ofNanos(1));
    assertThat(get("k")).isNull();
    tidy();
    assertThat(near.indexedTags(0)).isZero();
    assertThat(near.stats().entries()).isZero();
    assertThat(near.stats().evicted()).isEqualTo(1);
  }

  @Test
  void aStaleEntryMayBeServedForAWhileWhileItIsLoadedAgain() {
    put(near.ticket(0), "k", Duration.ofSeconds(2), "a", "b");
    near.stale(0, List.of("a"));
    after(Duration.ofSeconds(1));
    near.stale(0, List.of("b"));
    NearEntry<String> stale = near.get("k");
    assertThat(stale).isNotNull().extracting(NearEntry::stale).isEqualTo(true);
    after(Duration.ofSeconds(1));
    assertThat(get("k")).as("counted from when it became stale first").isNull();
    stretch.heard(now.get());
    put(near.ticket(0), "k", Duration.ofSeconds(2), "a", "b");
    assertThat(near.get("k")).isNotNull().extracting(NearEntry::stale).isEqualTo(false);
  }

  @Test
  void withoutTrustAnEntryIsServedToThoseWhoAskWhileItIsNotTooOld() {
    put(near.ticket(0), "k", "a");
    after(Duration.ofSeconds(1));
    stretch.end();
    near.over(0);
    after(Duration.ofSeconds(9));
    assertThat(get("k")).isNull();
    assertThat(near.getUntrusted("k", Duration.ofSeconds(10))).isNotNull();
    assertThat(near.getUntrusted("k", Duration.ofSeconds(9))).isNull();
    near.stale(0, List.of("a"));
    assertThat(near.getUntrusted("k", Duration.ofHours(1))).isNull();
  }

  @Test
  void theNumberOfEntriesIsBoundedAndTheIndexWithThem() {
    near = new NearCache<>(NearBound.entries(10), now::get);
    begin(0);
    IntStream.range(0, 1000).forEach(i -> put(near.ticket(0), "k" + i, "t" + i));
    tidy();
    assertThat(near.stats().entries()).isEqualTo(10);
    assertThat(near.stats().evicted()).isEqualTo(990);
    assertThat(near.indexedTags(0)).isEqualTo(10);
  }

  @Test
  void theWeightIsBounded() {
    near = new NearCache<>(NearBound.weight(100), now::get);
    begin(0);
    for (int i = 0; i < 50; i++) {
      near.put(near.ticket(0), "k" + i, "v", List.of(), 25, HOUR, Duration.ZERO);
    }
    tidy();
    assertThat(near.stats().entries()).isEqualTo(4);
  }

  @Test
  void anEntryThatWasReplacedLeavesTheIndex() {
    put(near.ticket(0), "k", "a");
    put(near.ticket(0), "k", "b");
    assertThat(near.indexedTags(0)).isEqualTo(1);
    near.stale(0, List.of("a"));
    assertThat(get("k")).isNotNull();
    near.stale(0, List.of("b"));
    assertThat(get("k")).isNull();
  }

  @Test
  void whatThisProcessItselfChangedIsNotServedAlthoughStaleValuesAre() {
    put(near.ticket(0), "told", HOUR, "a");
    near.stale(0, List.of("a"));
    assertThat(get("told")).isNotNull();
    near.gone(0, List.of("a"));
    assertThat(get("told")).isNull();
    put(near.ticket(0), "fresh", HOUR, "a");
    near.gone(0, List.of("a"));
    assertThat(get("fresh")).isNull();
    assertThat(near.indexedTags(0)).isZero();
  }

  @Test
  void anEntryThatDiesAloneDoesNotOutliveIt() {
    put(near.ticket(0), "k", HOUR, "a", "entry:k");
    put(near.ticket(0), "l", HOUR, "a", "entry:l");
    near.stale(0, List.of("a"));
    near.stale(0, List.of("entry:k"));
    assertThat(get("k")).isNull();
    assertThat(get("l")).isNotNull();
  }
}

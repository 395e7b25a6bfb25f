package dev.freshet.app.demo;

import dev.freshet.cache.Entries;
import dev.freshet.cache.RedisTier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * The demo's judge: every committed change must end every cached page that does not show it.
 *
 * <p>Redis tells each deletion as it happens, which times those pages that were cached at the
 * moment of the commit and had no other change under way. Every change, timed or not, is judged
 * again a second after its commit, and until {@link #DEADLINE}: the page is absent, or was loaded
 * by a snapshot that has the change. Thread-safe.
 */
final class FreshnessCheck {

  /** A page older than a change committed this long ago is a violation. */
  static final Duration DEADLINE = Duration.ofSeconds(10);

  private static final long SECOND_LOOK_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MAX_NAMED_VIOLATIONS = 20;

  /** Pages that a transaction about to commit will make stale, and which of them are cached. */
  record Expectation(Map<Page, Boolean> cached, long sinceNanos) {}

  private record Pending(Page page, long xid, long committedNanos, boolean timed) {}

  private final Entries<String> cache;
  private final RedisTier redis;
  private final Percentiles latency;
  private final Percentiles recent;
  private final Map<String, Page> pagesByEntry = new HashMap<>();
  private final Map<Page, List<Pending>> pending = new HashMap<>();
  private final Map<Page, Long> lastDeleted = new HashMap<>();
  private final List<String> named = new ArrayList<>();
  private long violations;
  private OptionalLong firstDeletionNanos = OptionalLong.empty();

  /**
   * @param cache what readers are served from
   * @param redis what deletions are timed in
   */
  FreshnessCheck(Entries<String> cache, RedisTier redis, RandomGenerator random) {
    this.redis = redis;
    this.cache = cache;
    this.latency = new Percentiles(random);
    this.recent = new Percentiles(random);
    Page.all().forEach(page -> pagesByEntry.put(redis.entryKey(page.key()), page));
  }

  /** Looks which of these pages are cached, just before a commit. */
  Expectation beforeCommit(List<Page> touched) {
    long now = System.nanoTime();
    Map<Page, Boolean> cached = new HashMap<>();
    touched.forEach(page -> cached.put(page, redis.get(page.key()).isPresent()));
    return new Expectation(cached, now);
  }

  /** The transaction has committed: from now on its pages are due. */
  synchronized void committed(Expectation expectation, long xid) {
    long now = System.nanoTime();
    expectation.cached.forEach(
        (page, wasCached) -> {
          List<Pending> others = pending.computeIfAbsent(page, key -> new ArrayList<>());
          boolean untouched =
              others.isEmpty()
                  && lastDeleted.getOrDefault(page, Long.MIN_VALUE) < expectation.sinceNanos;
          others.add(new Pending(page, xid, now, wasCached && untouched));
        });
  }

  /** Redis has deleted this key. */
  synchronized void deleted(String entryKey, long nanos) {
    Page page = pagesByEntry.get(entryKey);
    if (page == null) {
      return;
    }
    if (firstDeletionNanos.isEmpty()) {
      firstDeletionNanos = OptionalLong.of(nanos);
    }
    lastDeleted.put(page, nanos);
    List<Pending> due = pending.getOrDefault(page, List.of());
    for (int i = 0; i < due.size(); i++) {
      Pending one = due.get(i);
      if (one.timed) {
        latency.record(nanos - one.committedNanos);
        recent.record(nanos - one.committedNanos);
        due.set(i, new Pending(page, one.xid, one.committedNanos, false));
      }
    }
  }

  /** Takes the second look at every change that is old enough; call it often. */
  void lookAgain() {
    for (Pending one : takeOlderThan(SECOND_LOOK_NANOS)) {
      judge(one);
    }
  }

  private synchronized List<Pending> takeOlderThan(long ageNanos) {
    long now = System.nanoTime();
    List<Pending> taken = new ArrayList<>();
    for (Iterator<List<Pending>> pages = pending.values().iterator(); pages.hasNext(); ) {
      List<Pending> due = pages.next();
      due.removeIf(one -> now - one.committedNanos >= ageNanos && taken.add(one));
      if (due.isEmpty()) {
        pages.remove();
      }
    }
    return taken;
  }

  private void judge(Pending one) {
    Optional<CachedPage> cached = cache.peek(one.page.key()).map(CachedPage::parse);
    if (cached.isEmpty() || cached.get().shows(one.xid)) {
      return;
    }
    if (System.nanoTime() - one.committedNanos < DEADLINE.toNanos()) {
      synchronized (this) {
        pending.computeIfAbsent(one.page, key -> new ArrayList<>()).add(one);
      }
      return;
    }
    violation(
        "%s does not show transaction %d, committed %d s ago (its fence is %d)"
            .formatted(
                redis.entryKey(one.page.key()),
                one.xid,
                DEADLINE.toSeconds(),
                cached.get().fence().xmin()));
  }

  /** Counts a violation and remembers the first ones for people. */
  synchronized void violation(String what) {
    violations++;
    if (named.size() < MAX_NAMED_VIOLATIONS) {
      named.add(what);
    }
  }

  synchronized long violations() {
    return violations;
  }

  /** The first violations, in words. */
  synchronized List<String> namedViolations() {
    return List.copyOf(named);
  }

  /** Changes whose pages are not yet judged. */
  synchronized int underWay() {
    return pending.values().stream().mapToInt(List::size).sum();
  }

  /** When the first page died, by {@link System#nanoTime}. */
  synchronized OptionalLong firstDeletionNanos() {
    return firstDeletionNanos;
  }

  /** Commit to delete, since the start. */
  Percentiles.Figures latency() {
    return latency.figures();
  }

  /** Commit to delete, since this was last asked. */
  Percentiles.Figures recentLatency() {
    return recent.take();
  }
}

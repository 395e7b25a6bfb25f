package dev.freshet.console.model;

import dev.freshet.events.Applied;
import dev.freshet.events.Invalidation;

/**
 * From the commit to the deleted key: every row change that made something stale, by the legs of
 * its way. Commit times are the database's, the others those of the capturing and the applying
 * process: clocks that differ show up here. Thread-safe.
 */
public final class Freshness {

  private final Series commitToDelete = new Series();
  private final Series commitToKafka = new Series();
  private final Series kafkaToRedis = new Series();
  private final Rates changes = new Rates();
  private final Rates tags = new Rates();
  private final Rates keys = new Rates();
  private final Legs legs = new Legs(this::pair);
  private final HotNames hotTags;
  private final HotNames hotTables;
  private final Positions positions = new Positions();
  private final Feed feed;
  private long lastChangeMillis;
  private long lastAppliedMillis;
  private long newestXid;

  Freshness(Memory memory) {
    this.hotTags = new HotNames(memory);
    this.hotTables = new HotNames(memory);
    this.feed = new Feed(memory);
  }

  synchronized void take(int partition, long offset, long millis, Invalidation.Stale stale) {
    var source = stale.cause().source();
    changes.add(millis, 1);
    lastChangeMillis = Math.max(lastChangeMillis, millis);
    newestXid = source.xid();
    if (source.committedMicros() > 0) {
      commitToKafka.add(millis, millis * 1_000_000 - source.committedMicros() * 1000);
    }
    legs.stale(partition, offset, source.committedMicros(), millis);
    Feed.names(stale).forEach(tag -> hotTags.add(tag, millis));
    hotTables.add(source.table().toString(), millis);
    feed.stale(partition, offset, millis, stale);
  }

  synchronized void take(int partition, long offset, Invalidation.Watermark mark) {
    newestXid = mark.xid();
    positions.watermark(partition, offset, mark.lsn(), mark.committedMicros());
  }

  synchronized void take(Applied applied) {
    long millis = applied.appliedMicros() / 1000;
    lastAppliedMillis = Math.max(lastAppliedMillis, millis);
    tags.add(millis, applied.tags());
    keys.add(millis, applied.keysDeleted());
    for (Applied.Deletion deletion : applied.deletions()) {
      hotTags.deleted(deletion.tag());
      hotTables.deleted(deletion.cause().source().table().toString());
    }
    legs.applied(applied.partition(), applied.offset(), applied.appliedMicros());
    positions.applied(applied.partition(), applied.offset());
    feed.deleted(applied);
  }

  private void pair(long committedMicros, long capturedMillis, long appliedMicros) {
    long millis = appliedMicros / 1000;
    kafkaToRedis.add(millis, appliedMicros * 1000 - capturedMillis * 1_000_000);
    if (committedMicros > 0) {
      commitToDelete.add(millis, (appliedMicros - committedMicros) * 1000);
    }
  }

  public Series commitToDelete() {
    return commitToDelete;
  }

  public Series commitToKafka() {
    return commitToKafka;
  }

  public Series kafkaToRedis() {
    return kafkaToRedis;
  }

  /** Row changes that made something stale. */
  public Rates changes() {
    return changes;
  }

  /** Distinct tags applied, batch by batch. */
  public Rates tags() {
    return tags;
  }

  /** Keys deleted. */
  public Rates keys() {
    return keys;
  }

  public HotNames hotTags() {
    return hotTags;
  }

  public HotNames hotTables() {
    return hotTables;
  }

  public Positions positions() {
    return positions;
  }

  public Feed feed() {
    return feed;
  }

  /** Changes that were captured and are not applied yet, as far as this console has read. */
  public synchronized int waiting() {
    return legs.waiting();
  }

  /** When the newest change was captured; 0 before the first. */
  public synchronized long lastChangeMillis() {
    return lastChangeMillis;
  }

  /** When a batch was applied last; 0 before the first. */
  public synchronized long lastAppliedMillis() {
    return lastAppliedMillis;
  }

  /** The transaction seen last, its low 32 bits; 0 before the first. */
  public synchronized long newestXid() {
    return newestXid & 0xFFFF_FFFFL;
  }
}

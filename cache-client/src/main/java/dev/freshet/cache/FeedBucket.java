package dev.freshet.cache;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The feed of one bucket: whether its messages follow each other, and what they told.
 *
 * <p>Pure: told of all events by one thread, in their order; what it knows may be read by any.
 *
 * <p>A stretch begins with the first message heard on a subscription, or with the reading of a head
 * after the subscription was confirmed: from then on every message is heard. It ends when one does
 * not follow, and nothing is trusted until another begins. After a silence only a message begins
 * one, since the head of a feed that nobody writes can always be read.
 */
final class FeedBucket {

  private static final long UNKNOWN = -1;

  private final int number;
  private final FeedListener listener;
  private final FeedCounts counts;
  private final FeedHeartbeats heartbeats;
  private final long silenceNanos;

  private volatile Stretch stretch = Stretch.NONE;
  private volatile String incarnation = "";
  private volatile boolean known;

  /** Of this subscription; unknown before the first message. */
  private long newestHeard = UNKNOWN;

  /** As the head said when it began the stretch; unknown when a message began it. */
  private long newestBefore = UNKNOWN;

  /** As the head said last on this subscription; unknown before it was read. */
  private long newestInHead = UNKNOWN;

  private boolean subscribed;
  private boolean silent;

  /** The head has counted messages since it was read before, and they have not been heard. */
  private boolean missing;

  private boolean deaf;

  private volatile long heardNanos;
  private volatile boolean everHeard;

  FeedBucket(int number, FeedLimits limits, FeedListener listener, FeedCounts counts) {
    this.number = number;
    this.listener = listener;
    this.counts = counts;
    this.heartbeats = new FeedHeartbeats(limits.heartbeats());
    this.silenceNanos = limits.silence().toNanos();
  }

  /** A subscription was confirmed, the first or another one. */
  void subscribed() {
    breakOff();
    subscribed = true;
    forgetNumbers();
  }

  void disconnected() {
    breakOff();
    subscribed = false;
  }

  /**
   * The head was read.
   *
   * @param askedNanos when the question was sent: what is heard since then was not before the
   *     answer
   * @param receivedNanos when the answer came
   */
  void head(FeedHead head, long askedNanos, long receivedNanos) {
    if (!head.incarnation().equals(incarnation)) {
      breakOff();
      rename(head.incarnation());
    }
    known = true;
    if (head.incarnation().isEmpty()) {
      return;
    }
    heartbeats.add(new FeedHeartbeat(receivedNanos, head.xmin(), head.committedMicros()));
    deaf = missing;
    missing = newestInHead != UNKNOWN && head.seq() > Math.max(newestInHead, newestHeard);
    newestInHead = head.seq();
    if (subscribed && !silent && !stretch.begun()) {
      newestBefore = head.seq();
      begin(askedNanos);
    }
  }

  void message(FeedMessage message, long receivedNanos) {
    counts.messages.increment();
    if (stretch.begun() && !stretch.lasts(receivedNanos)) {
      fallSilent();
    }
    if (!message.incarnation().equals(incarnation)) {
      if (!incarnation.isEmpty()) {
        gap();
      }
      rename(message.incarnation());
    } else if (!follows(message.seq())) {
      gap();
    }
    known = true;
    newestHeard = message.seq();
    silent = false;
    missing = false;
    deaf = false;
    heardNanos = receivedNanos;
    everHeard = true;
    if (message.committedMicros() > 0) {
      heartbeats.add(new FeedHeartbeat(receivedNanos, message.xmin(), message.committedMicros()));
    }
    if (subscribed && !stretch.begun()) {
      begin(receivedNanos);
    }
    if (!message.tags().isEmpty()) {
      listener.stale(number, message.tags());
    }
    if (stretch.begun()) {
      stretch.heard(receivedNanos); // only now that its tags are stale
    }
  }

  /** Messages that came before the head was read may still be on their way: they are no gap. */
  private boolean follows(long seq) {
    if (newestHeard != UNKNOWN) {
      return seq == newestHeard + 1;
    }
    return newestBefore == UNKNOWN || seq <= newestBefore + 1;
  }

  /** A message could not be read, or not be kept. */
  void lost() {
    gap();
    forgetNumbers();
  }

  private void gap() {
    breakOff();
    counts.gaps.increment();
  }

  /** Notices a silence; true while the bucket is not trusted for whatever reason. */
  boolean tick(long nowNanos) {
    if (stretch.begun() && !stretch.lasts(nowNanos)) {
      fallSilent();
    }
    return !stretch.begun();
  }

  private void fallSilent() {
    silent = true;
    breakOff();
    counts.silences.increment();
  }

  /** What is heard from then on follows. */
  private void begin(long sinceNanos) {
    Stretch begun = new Stretch(sinceNanos, silenceNanos);
    listener.begins(number, begun);
    stretch = begun; // whoever finds the bucket trusted finds that the listener knows it
  }

  private void breakOff() {
    if (stretch.begun()) {
      stretch.end();
      stretch = Stretch.NONE;
      newestBefore = UNKNOWN;
      counts.clears.increment();
      listener.over(number);
    }
  }

  private void rename(String other) {
    heartbeats.clear();
    forgetNumbers();
    incarnation = other;
  }

  private void forgetNumbers() {
    newestHeard = UNKNOWN;
    newestBefore = UNKNOWN;
    newestInHead = UNKNOWN;
    missing = false;
    deaf = false;
  }

  /** Whether the head went on, read after read, without a message: the subscription is broken. */
  boolean deaf() {
    return subscribed && deaf;
  }

  boolean trusted(long nowNanos) {
    return stretch.lasts(nowNanos);
  }

  /** Whether the head was read, or a message heard. */
  boolean known() {
    return known;
  }

  /** Since the newest message; empty while none was heard. */
  OptionalLong ageNanos(long nowNanos) {
    return everHeard ? OptionalLong.of(nowNanos - heardNanos) : OptionalLong.empty();
  }

  Optional<String> incarnation() {
    String name = incarnation;
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  FeedHeartbeats heartbeats() {
    return heartbeats;
  }
}

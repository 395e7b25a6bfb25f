package dev.freshet.cache;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the feeds of all buckets on one subscription, and reads their heads where the feed alone
 * does not tell enough: at the start, after a reconnect, and while a bucket is not trusted.
 *
 * <p>All events pass through one queue to one thread, in their order; the threads of the Redis
 * client only put them there. A subscription that is lost or deaf is made anew, without end.
 * Thread-safe.
 */
final class Feed implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

  /** A question without an answer for this long is asked again. */
  private static final long HEAD_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  /** A head that is being read. */
  private static final class Question {
    private final long askedNanos;
    private final RedisFuture<List<KeyValue<String, byte[]>>> answer;

    Question(long askedNanos, RedisFuture<List<KeyValue<String, byte[]>>> answer) {
      this.askedNanos = askedNanos;
      this.answer = answer;
    }
  }

  private final Link link;
  private final FeedLimits limits;
  private final FeedListener listener;
  private final LongSupplier nanoTime;
  private final FeedCounts counts = new FeedCounts();
  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean dropping = new AtomicBoolean();
  private final Set<Integer> refreshing = ConcurrentHashMap.newKeySet();
  private final CountDownLatch open = new CountDownLatch(1);
  private final long tickNanos;
  private final Thread thread;
  private volatile FeedBuckets buckets;
  private volatile boolean closed;

  // Of the feed's thread alone:
  private final Map<Integer, Question> questions = new HashMap<>();
  private @Nullable FeedSubscription subscription;
  private long connectedNanos;
  private long nextTickNanos;

  /**
   * Begins to follow; does not wait for Redis.
   *
   * @param nanoTime like {@link System#nanoTime}, the one of the cache that listens
   */
  Feed(
      Link link,
      String namespace,
      FeedLimits limits,
      FeedListener listener,
      LongSupplier nanoTime) {
    this.link = link;
    this.limits = limits;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.buckets = new FeedBuckets(new Layout(namespace, 1), limits, listener, counts);
    this.tickNanos = Math.min(limits.silence().toNanos() / 8, limits.retry().toNanos());
    this.nextTickNanos = nanoTime.getAsLong();
    this.connectedNanos = nextTickNanos - limits.retry().toNanos();
    this.thread = new Thread(this::follow, "freshet-feed");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until each bucket's head was read or a message of it heard; false when time is up. */
  boolean awaitOpen(Duration atMost) throws InterruptedException {
    return open.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The names of keys, with as many buckets as the head says; 1 until it was read. */
  Layout layout() {
    return buckets.layout;
  }

  /** The incarnation heard of last, in a message or the head; empty while there is none. */
  Optional<String> incarnation(int bucket) {
    return bucket(bucket).flatMap(FeedBucket::incarnation);
  }

  /** Whether no message was missed and the newest is not too long ago. */
  boolean trusted(int bucket) {
    long now = nanoTime.getAsLong();
    return bucket(bucket).map(it -> it.trusted(now)).orElse(false);
  }

  /** The newest heartbeat of this incarnation, in a message or the head. */
  Optional<FeedHeartbeat> heartbeat(int bucket) {
    List<FeedBucket> all = buckets.all;
    return bucket < all.size() ? all.get(bucket).heartbeats().newest() : Optional.empty();
  }

  /**
   * The xmin of the newest heartbeat of this incarnation received at least this long ago: every
   * transaction below it was finished by then. Empty when none is remembered.
   */
  OptionalLong xminReceivedBefore(int bucket, Duration ago) {
    long then = nanoTime.getAsLong() - ago.toNanos();
    return bucket(bucket).map(it -> it.heartbeats().xminAt(then)).orElse(OptionalLong.empty());
  }

  /** Reads a bucket's head again: someone has noticed that it is another one now. */
  void refresh(int bucket) {
    if (refreshing.add(bucket)) {
      events.add(
          () -> {
            refreshing.remove(bucket);
            ask(bucket);
          });
    }
  }

  private Optional<FeedBucket> bucket(int number) {
    List<FeedBucket> all = buckets.all;
    return number < all.size() ? Optional.of(all.get(number)) : Optional.empty();
  }

  FeedStats stats() {
    long now = nanoTime.getAsLong();
    long age = Long.MIN_VALUE;
    for (FeedBucket bucket : buckets.all) {
      OptionalLong known = bucket.ageNanos(now);
      if (known.isEmpty()) {
        age = -1;
        break;
      }
      age = Math.max(age, known.getAsLong());
    }
    return new FeedStats(
        counts.messages.sum(),
        counts.gaps.sum(),
        counts.silences.sum(),
        counts.disconnects.sum(),
        counts.clears.sum(),
        waiting.get(),
        age);
  }

  /** Waits a moment for its thread. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // From here on: the feed's thread.

  private void follow() {
    while (!closed) {
      try {
        long untilTick = nextTickNanos - nanoTime.getAsLong();
        Runnable event = events.poll(Math.max(0, untilTick), TimeUnit.NANOSECONDS);
        if (event != null) {
          event.run();
        }
        tick();
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException e) {
        // Of a listener, or ours: what it was about may be lost.
        LOG.warn("the feed could not handle an event; everything is read again", e);
        buckets.all.forEach(FeedBucket::lost);
      }
    }
    disconnect();
    questions.values().forEach(question -> question.answer.cancel(true));
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    if (now - nextTickNanos < 0) {
      return;
    }
    nextTickNanos = now + tickNanos;
    listener.tick();
    boolean deaf = false;
    for (int bucket = 0; bucket < buckets.all.size(); bucket++) {
      FeedBucket it = buckets.all.get(bucket);
      if (it.tick(now)) {
        ask(bucket);
      }
      deaf |= it.deaf();
    }
    boolean lost = subscription == null || !subscription.open() || deaf;
    if (lost && now - connectedNanos >= limits.retry().toNanos()) {
      reconnect();
    }
  }

  private void ask(int bucket) {
    if (bucket >= buckets.all.size()) {
      return;
    }
    long now = nanoTime.getAsLong();
    Question before = questions.get(bucket);
    if (before != null) {
      if (now - before.askedNanos < HEAD_TIMEOUT_NANOS) {
        return;
      }
      before.answer.cancel(true);
    }
    try {
      Question question =
          new Question(now, link.commands().hmget(buckets.layout.head(bucket), FeedHead.fields()));
      questions.put(bucket, question);
      question.answer.whenComplete(
          (reply, error) ->
              events.add(() -> answered(question, bucket, error == null ? reply : null)));
    } catch (RedisException e) {
      LOG.debug("the head of bucket {} cannot be read now", bucket, e);
    }
  }

  private void answered(
      Question question, int bucket, @Nullable List<KeyValue<String, byte[]>> reply) {
    if (questions.get(bucket) != question) {
      return;
    }
    questions.remove(bucket);
    if (reply == null) {
      return;
    }
    FeedHead head = FeedHead.of(reply);
    // A head that is gone says nothing about the others.
    boolean there = !head.incarnation().isEmpty();
    if (bucket == 0 && there && head.buckets() != buckets.layout.buckets()) {
      renumber(new Layout(buckets.layout.namespace(), head.buckets()));
      return;
    }
    buckets.all.get(bucket).head(head, question.askedNanos, nanoTime.getAsLong());
    opened();
  }

  private void opened() {
    if (open.getCount() > 0 && buckets.all.stream().allMatch(FeedBucket::known)) {
      open.countDown();
    }
  }

  /** Another number of buckets: every key belongs elsewhere now. */
  private void renumber(Layout layout) {
    disconnect();
    questions.clear();
    buckets = new FeedBuckets(layout, limits, listener, counts);
    reconnect();
  }

  private void disconnect() {
    buckets.all.forEach(FeedBucket::disconnected);
    if (subscription != null) {
      subscription.close();
      subscription = null;
    }
  }

  private void reconnect() {
    disconnect();
    connectedNanos = nanoTime.getAsLong();
    try {
      subscription = new FeedSubscription(link.subscriber().get(), new Ear());
      subscription.subscribe(buckets.byChannel.keySet());
    } catch (RedisException e) {
      LOG.debug("no subscription now", e);
    }
  }

  private void subscribed(FeedSubscription on, String channel) {
    Integer bucket = buckets.byChannel.get(channel);
    if (on == subscription && bucket != null) {
      buckets.all.get(bucket).subscribed();
      questions.remove(bucket); // an answer to an earlier question proves nothing about this one
      ask(bucket);
    }
  }

  private void message(FeedSubscription on, String channel, String text, long receivedNanos) {
    Integer number = buckets.byChannel.get(channel);
    if (on != subscription || number == null) {
      return;
    }
    FeedBucket bucket = buckets.all.get(number);
    FeedMessage message;
    try {
      message = FeedMessage.parse(text);
    } catch (IllegalArgumentException e) {
      LOG.warn("{} told what this version does not understand", channel, e);
      bucket.lost();
      return;
    }
    boolean other = !bucket.incarnation().equals(Optional.of(message.incarnation()));
    bucket.message(message, receivedNanos);
    if (other) {
      ask(0); // the number of buckets may be another one too
    }
    opened();
  }

  private void disconnected(FeedSubscription on) {
    if (on == subscription) {
      buckets.all.forEach(FeedBucket::disconnected);
      counts.disconnects.increment(); // afterwards: who sees the count sees the effect
    }
  }

  /** On threads of the Redis client: nothing here waits. */
  private final class Ear implements FeedSubscription.Ear {

    @Override
    public void subscribed(FeedSubscription on, String channel) {
      events.add(() -> Feed.this.subscribed(on, channel));
    }

    @Override
    public void message(FeedSubscription on, String channel, String text) {
      long received = nanoTime.getAsLong();
      if (waiting.get() >= limits.waiting()) {
        drop();
        return;
      }
      waiting.incrementAndGet();
      events.add(
          () -> {
            waiting.decrementAndGet();
            Feed.this.message(on, channel, text, received);
          });
    }

    /** Too many wait. Said once until it was noticed; what is dropped meanwhile leaves a gap. */
    private void drop() {
      if (dropping.compareAndSet(false, true)) {
        events.add(
            () -> {
              dropping.set(false);
              buckets.all.forEach(FeedBucket::lost);
            });
      }
    }

    @Override
    public void disconnected(FeedSubscription on) {
      events.add(() -> Feed.this.disconnected(on));
    }
  }
}

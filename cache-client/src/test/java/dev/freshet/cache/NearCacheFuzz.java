package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cache.ModelRedis.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Readers, fills, commits, messages, losses and clocks in any order: whatever the local cache
 * serves as fresh has seen every change that the feed has told, or would have told had nothing been
 * lost.
 *
 * <p>Redis is a model: entries, marks, a head, and a wire on which messages wait. Every step the
 * real ones take apart from each other is a step of its own here. {@code -Dfuzz.seed=N} runs one
 * seed, {@code -Dfuzz.runs=N} that many from a random one.
 */
class NearCacheFuzz {

  private static final int RUNS = Integer.getInteger("fuzz.runs", 2000);
  private static final int STEPS = 300;
  private static final int TAGS = 4;
  private static final int KEYS = 6;
  private static final long SILENCE_NANOS = 3_000;
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void nothingStaleIsServedWhateverTheOrder() {
    Long seed = Long.getLong("fuzz.seed");
    if (seed != null) {
      new World(seed).run();
      return;
    }
    long first = 20_261_123;
    long served = 0;
    for (int i = 0; i < RUNS; i++) {
      served += new World(first + i).run();
    }
    assertThat(served).as("else the cache might just be empty").isGreaterThan(RUNS * 10L);
  }

  private record Commit(String tag, long version) {}

  private record Sent(FeedMessage message, List<Commit> told) {}

  /** A head on its way back. */
  private record Reading(FeedHead head, long askedNanos, int subscription) {}

  /** Someone between ticket and put; the value is there once Redis has answered. */
  private static final class Reader {
    final NearTicket ticket;
    final String key;
    final Value loaded;
    Value answer = NONE;

    Reader(NearTicket ticket, String key, Value loaded) {
      this.ticket = ticket;
      this.key = key;
      this.loaded = loaded;
    }
  }

  private static final Value NONE = new Value(-1, List.of());

  private static final class World {
    private final long seed;
    private final Random random;
    private final List<String> steps = new ArrayList<>();
    private long now = 1_000_000;
    private final NearCache<Value> near = new NearCache<>(NearBound.entries(4), () -> now);
    private final FeedBucket feed =
        new FeedBucket(
            0,
            new FeedLimits(Duration.ofNanos(SILENCE_NANOS), Duration.ofNanos(1), 10, 4),
            near,
            new FeedCounts());

    private long version;
    private ModelRedis redis = new ModelRedis();
    private ModelRedis replica = new ModelRedis();

    /** Applied by the primary, not yet by the replica: to be applied again after a failover. */
    private final List<Commit> unreplicated = new ArrayList<>();

    private final List<Commit> committed = new ArrayList<>();
    private final Deque<Sent> wire = new ArrayDeque<>();
    private final List<Reading> readings = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private boolean subscribed;
    private int subscription;

    /** By tag: what the feed has told, or has lost before something else that it told. */
    private final Map<String, Long> told = new HashMap<>();

    /** Lost, and nothing has been heard since that could have shown it. */
    private final List<Commit> lost = new ArrayList<>();

    private long served;

    World(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    long run() {
      try {
        for (int i = 0; i < STEPS; i++) {
          step();
          check(told);
        }
        settle();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + " after " + steps.size() + " steps: " + steps, e);
      }
      return served;
    }

    private void step() {
      int dice = random.nextInt(1000);
      if (!subscribed && dice < 200) {
        subscribe();
      } else if (!readings.isEmpty() && random.nextInt(4) == 0) {
        head();
      } else if (dice < 60) {
        note("commit");
        committed.add(new Commit(tag(random.nextInt(TAGS)), ++version));
      } else if (dice < 160) {
        apply();
      } else if (dice < 360) {
        deliver();
      } else if (dice < 560) {
        begin();
      } else if (dice < 750) {
        ask();
      } else if (dice < 920) {
        put();
      } else if (dice < 930) {
        lose();
      } else if (dice < 935) {
        disconnect();
      } else if (dice < 938) {
        subscribe();
      } else if (dice < 960) {
        head();
      } else if (dice < 975) {
        replicateOrFailOver();
      } else if (dice < 978) {
        reset();
      } else {
        note("time");
        now += random.nextInt((int) SILENCE_NANOS / (random.nextInt(8) == 0 ? 1 : 8) * 3 / 2);
        feed.tick(now);
      }
    }

    private void note(String step) {
      steps.add(step);
    }

    private static String tag(int number) {
      return "t" + number;
    }

    /** Redis: marks, deletes and message in one step. Sometimes a heartbeat alone. */
    private void apply() {
      int n = committed.isEmpty() ? 0 : random.nextInt(Math.min(3, committed.size() + 1));
      List<Commit> batch = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        batch.add(committed.remove(random.nextInt(committed.size())));
      }
      note("apply " + batch);
      for (Commit commit : batch) {
        redis.marks.merge(commit.tag(), commit.version(), Math::max);
        redis.entries.values().removeIf(value -> value.tags().contains(commit.tag()));
      }
      unreplicated.addAll(batch);
      redis.seq++;
      publish(batch);
    }

    private void publish(List<Commit> batch) {
      if (!subscribed) {
        lost.addAll(batch);
        return;
      }
      List<String> tags = batch.stream().map(Commit::tag).toList();
      wire.add(new Sent(new FeedMessage(redis.incarnation, redis.seq, 1, 1, tags), batch));
    }

    private void deliver() {
      Sent sent = wire.poll();
      if (sent != null) {
        note("deliver " + sent);
        feed.message(sent.message(), now);
        lost.forEach(this::tell);
        lost.clear();
        sent.told().forEach(this::tell);
      }
    }

    private void tell(Commit commit) {
      told.merge(commit.tag(), commit.version(), Math::max);
    }

    private void lose() {
      Sent sent = wire.poll();
      if (sent != null) {
        note("lose " + sent);
        lost.addAll(sent.told());
      }
    }

    private void disconnect() {
      if (subscribed) {
        note("disconnect");
        subscribed = false;
        wire.forEach(sent -> lost.addAll(sent.told()));
        wire.clear();
        feed.disconnected();
      }
    }

    private void subscribe() {
      disconnect();
      note("subscribe");
      subscribed = true;
      subscription++;
      feed.subscribed();
      readings.add(
          new Reading(new FeedHead(redis.incarnation, redis.seq, 1, 1, 1), now, subscription));
    }

    private void head() {
      if (readings.isEmpty()) {
        readings.add(
            new Reading(new FeedHead(redis.incarnation, redis.seq, 1, 1, 1), now, subscription));
        return;
      }
      Reading reading = readings.remove(0);
      if (reading.subscription() == subscription) {
        note("head " + reading);
        feed.head(reading.head(), reading.askedNanos(), now);
      }
    }

    /** A ticket; whoever fills has loaded before, at some version. */
    private void begin() {
      String key = "k" + random.nextInt(KEYS);
      List<String> tags = new ArrayList<>();
      for (int tag = 0; tag < TAGS; tag++) {
        if (random.nextInt(3) == 0) {
          tags.add(tag(tag));
        }
      }
      boolean fills = random.nextBoolean();
      Value loaded =
          fills ? new Value(Math.max(0, version - random.nextInt(2)), List.copyOf(tags)) : NONE;
      note("ticket " + key + " " + loaded);
      readers.add(new Reader(near.ticket(0), key, loaded));
    }

    /** Redis: GET, or FILL. */
    private void ask() {
      if (readers.isEmpty()) {
        return;
      }
      Reader reader = readers.get(random.nextInt(readers.size()));
      if (!reader.answer.equals(NONE)) {
        return;
      }
      if (reader.loaded.equals(NONE)) {
        reader.answer = redis.entries.getOrDefault(reader.key, NONE);
      } else if (reader.loaded.version() >= redis.floor
          && reader.loaded.tags().stream()
              .allMatch(tag -> redis.marks.getOrDefault(tag, 0L) <= reader.loaded.version())) {
        redis.entries.put(reader.key, reader.loaded);
        reader.answer = reader.loaded;
      }
      note("ask " + reader.key + " " + reader.answer);
    }

    private void put() {
      if (readers.isEmpty()) {
        return;
      }
      Reader reader = readers.remove(random.nextInt(readers.size()));
      if (!reader.answer.equals(NONE)) {
        boolean accepted =
            near.put(
                reader.ticket,
                reader.key,
                reader.answer,
                reader.answer.tags(),
                1,
                HOUR,
                staleFor(reader.key));
        note("put " + reader.key + " " + reader.answer + " " + accepted);
      }
    }

    private static Duration staleFor(String key) {
      return key.equals("k0") ? Duration.ofNanos(500) : Duration.ZERO;
    }

    /**
     * The replica becomes the primary without the latest writes; the sink repeats what is missing.
     */
    private void replicateOrFailOver() {
      if (random.nextInt(3) > 0) {
        note("replicate");
        replica = redis.copy();
        unreplicated.clear();
        return;
      }
      note("fail over");
      disconnect();
      redis = replica.copy();
      committed.addAll(unreplicated);
      // What Redis itself serves stale until then, the local cache may serve too.
      unreplicated.forEach(commit -> told.merge(commit.tag(), before(commit), Math::min));
      lost.removeAll(unreplicated);
      unreplicated.clear();
    }

    private long before(Commit commit) {
      return redis.marks.getOrDefault(commit.tag(), 0L);
    }

    /** The head is lost: another incarnation, nothing in it, and no fill older than now. */
    private void reset() {
      note("reset");
      ModelRedis empty = new ModelRedis();
      empty.incarnation = redis.incarnation + "'";
      empty.floor = version;
      redis = empty;
      replica = empty.copy();
      unreplicated.clear();
      readings.clear();
    }

    private void check(Map<String, Long> due) {
      for (int i = 0; i < KEYS; i++) {
        String key = "k" + i;
        NearEntry<Value> entry = near.get(key);
        if (entry == null) {
          continue;
        }
        served++;
        if (entry.stale()) {
          assertThat(staleFor(key)).isPositive();
          continue;
        }
        for (String tag : entry.value().tags()) {
          assertThat(entry.value().version())
              .as("%s, tag %s", key, tag)
              .isGreaterThanOrEqualTo(due.getOrDefault(tag, 0L));
        }
      }
    }

    /** Everything is applied and delivered: then nothing at all may be stale. */
    private void settle() {
      while (!committed.isEmpty()) {
        apply();
        deliver();
        check(told);
      }
      apply();
      while (!wire.isEmpty()) {
        deliver();
      }
      while (!readers.isEmpty()) {
        put();
      }
      if (subscribed) {
        Map<String, Long> due = new HashMap<>(told);
        redis.marks.forEach((tag, mark) -> due.merge(tag, mark, Math::max));
        check(due);
      }
    }
  }
}

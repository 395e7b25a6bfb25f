package dev.freshet.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop from a topic to a {@link Sink}: poll, apply, go on.
 *
 * <p>At least once: the sink's own memory decides where to start, so that a store which lost its
 * latest writes gets them again; Kafka's committed offset counts only where the store remembers
 * nothing. While the store does not answer, the same batch is tried again with growing pauses, the
 * consumer stays in its group, and the service is {@link Health.State#DEGRADED}.
 */
public final class SinkService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(SinkService.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** So many that the store has work for long compared with the moments between two batches. */
  private static final int MAX_POLL_RECORDS = 16_000;

  /** Room for that many records in one partition. */
  private static final int MAX_PARTITION_BYTES = 8 << 20;

  private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);

  private final String name;
  private final String topic;
  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Supplier<? extends Sink> sinks;
  private final Thread thread;
  private final CountDownLatch assigned = new CountDownLatch(1);
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile boolean closing;
  private volatile @Nullable RuntimeException failure;
  private final AtomicLong rebalances = new AtomicLong();
  private volatile @Nullable Consumer<byte[], byte[]> polling;

  /** A sink fed from one topic through a consumer group. */
  public SinkService(
      String name,
      String topic,
      String group,
      KafkaConnection kafka,
      Supplier<? extends Sink> sinks) {
    this(name, topic, group, kafka, MAX_POLL_RECORDS, sinks);
  }

  /**
   * As the other one.
   *
   * @param mostAtOnce how many records the sink is given together at most; they are to be applied
   *     within Kafka's {@code max.poll.interval.ms}
   */
  public SinkService(
      String name,
      String topic,
      String group,
      KafkaConnection kafka,
      int mostAtOnce,
      Supplier<? extends Sink> sinks) {
    this(
        name,
        topic,
        () ->
            new KafkaConsumer<>(
                properties(kafka, group, mostAtOnce),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer()),
        sinks);
  }

  SinkService(
      String name,
      String topic,
      Supplier<Consumer<byte[], byte[]>> consumers,
      Supplier<? extends Sink> sinks) {
    this.name = name;
    this.topic = topic;
    this.consumers = consumers;
    this.sinks = sinks;
    this.thread = new Thread(this::run, name);
  }

  private static Properties properties(KafkaConnection kafka, String group, int mostAtOnce) {
    Properties all = kafka.memberProperties(group);
    all.put("group.id", group);
    all.put("enable.auto.commit", "false");
    all.put("auto.offset.reset", "earliest");
    all.put("isolation.level", "read_committed");
    all.put("max.poll.records", Integer.toString(mostAtOnce));
    all.put("max.partition.fetch.bytes", Integer.toString(MAX_PARTITION_BYTES));
    return all;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void start() {
    thread.start();
    Startup.await(
        name,
        assigned,
        () -> 0,
        () -> "no partition of " + topic,
        "check that Kafka answers and that the topic exists");
    RuntimeException cause = failure;
    if (cause instanceof FreshetException told) {
      throw told;
    }
    if (cause != null) {
      throw FreshetException.failed("could not start " + name, cause.toString(), "", cause);
    }
  }

  @Override
  public Health health() {
    return health;
  }

  @Override
  public long rebalances() {
    return rebalances.get();
  }

  @Override
  public void close() {
    closing = true;
    Consumer<byte[], byte[]> consumer = polling;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (Consumer<byte[], byte[]> consumer = consumers.get();
        Sink sink = sinks.get()) {
      polling = consumer;
      new Loop(consumer, sink).run();
      health = Health.of(Health.State.STOPPED);
    } catch (RuntimeException e) {
      LOG.error("{} stopped by an exception", name, e);
      failure = e;
      health = new Health(Health.State.FAILED, e.toString());
    } finally {
      polling = null;
      assigned.countDown();
    }
  }

  /** What belongs to the thread alone. */
  private final class Loop implements ConsumerRebalanceListener {
    private final Consumer<byte[], byte[]> consumer;
    private final Sink sink;
    private final Map<TopicPartition, OffsetAndMetadata> applied = new HashMap<>();
    private final Set<TopicPartition> unplaced = new HashSet<>();
    private long nextCommitNanos = System.nanoTime();

    Loop(Consumer<byte[], byte[]> consumer, Sink sink) {
      this.consumer = consumer;
      this.sink = sink;
    }

    void run() {
      try {
        consumer.subscribe(Set.of(topic), this);
        while (!closing) {
          pollOnce();
        }
      } catch (WakeupException closed) {
        LOG.debug("{} is closing", name);
      }
      try {
        consumer.commitSync(applied);
      } catch (WakeupException calledDuringTheLastBatch) {
        consumer.commitSync(applied);
      }
    }

    private void pollOnce() {
      List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
      consumer.poll(POLL).forEach(batch::add);
      if (assigned.getCount() == 0 && consumer.assignment().isEmpty()) {
        // Others have all partitions: it stands by, whatever ailed it before.
        health = Health.of(Health.State.RUNNING);
      }
      if (!unplaced.isEmpty()) {
        untilDone(this::place, () -> !unplaced.isEmpty());
      }
      if (!batch.isEmpty() && untilDone(() -> sink.apply(batch), () -> keepMine(batch))) {
        remember(batch);
      }
    }

    /** Tries until it works; false when the service closes or there is no more reason to. */
    private boolean untilDone(Runnable work, BooleanSupplier reason) {
      Duration pause = FIRST_PAUSE;
      while (!closing && reason.getAsBoolean()) {
        try {
          work.run();
          if (health.state() == Health.State.DEGRADED) {
            LOG.info("{} goes on", name);
          }
          health = Health.of(Health.State.RUNNING);
          return true;
        } catch (Sink.PositionLostException e) {
          LOG.warn("{} goes back: {}", name, e.getMessage());
          consumer.pause(consumer.assignment());
          unplaced.addAll(consumer.assignment());
          return false;
        } catch (RuntimeException e) {
          if (health.state() != Health.State.DEGRADED) {
            LOG.warn("{} waits and tries again: {}", name, e.toString());
          }
          health = new Health(Health.State.DEGRADED, e.toString());
        }
        pollNothing(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
      return false;
    }

    /** Waits inside a poll, so that Kafka keeps this member in its group. */
    private void pollNothing(Duration pause) {
      consumer.pause(consumer.assignment());
      consumer.poll(pause);
      Set<TopicPartition> placed = new HashSet<>(consumer.assignment());
      placed.removeAll(unplaced);
      consumer.resume(placed);
    }

    /** Leaves what went to another member to it; false when nothing is left. */
    private boolean keepMine(List<ConsumerRecord<byte[], byte[]>> batch) {
      Set<TopicPartition> mine = consumer.assignment();
      batch.removeIf(
          record -> !mine.contains(new TopicPartition(record.topic(), record.partition())));
      return !batch.isEmpty();
    }

    private void remember(List<ConsumerRecord<byte[], byte[]>> batch) {
      String memo = sink.memo();
      for (ConsumerRecord<byte[], byte[]> record : batch) {
        applied.put(
            new TopicPartition(record.topic(), record.partition()),
            new OffsetAndMetadata(record.offset() + 1, memo));
      }
      if (System.nanoTime() - nextCommitNanos >= 0) {
        nextCommitNanos = System.nanoTime() + COMMIT_EVERY.toNanos();
        consumer.commitAsync(new HashMap<>(applied), null);
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      unplaced.addAll(partitions);
      if (assigned.getCount() == 0) {
        rebalances.incrementAndGet();
      }
      assigned.countDown();
    }

    /** Moves new partitions to where the store says it got, or else to where Kafka says. */
    private void place() {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(unplaced);
      Map<Integer, String> memos = new HashMap<>();
      for (TopicPartition partition : unplaced) {
        OffsetAndMetadata known = committed.get(partition);
        memos.put(partition.partition(), known == null ? "" : known.metadata());
      }
      Map<Integer, Long> next =
          sink.nextOffsets(new Sink.Assignment(consumer.partitionsFor(topic).size(), memos));
      Map<TopicPartition, Long> earliest = consumer.beginningOffsets(unplaced);
      Map<TopicPartition, Long> latest = consumer.endOffsets(unplaced);
      for (TopicPartition partition : unplaced) {
        long first = earliest.getOrDefault(partition, 0L);
        OffsetAndMetadata known = committed.get(partition);
        long fallback = known == null ? first : known.offset();
        long wanted = next.getOrDefault(partition.partition(), fallback);
        seek(partition, wanted, first, latest.getOrDefault(partition, 0L));
      }
      consumer.resume(unplaced);
      unplaced.clear();
    }

    private void seek(TopicPartition partition, long wanted, long earliest, long latest) {
      if (wanted < earliest || wanted > latest) {
        LOG.warn(
            "{}: {} holds offsets {} to {}, the store asks for {}: what is between is missing,"
                + " starting at {}",
            name,
            partition,
            earliest,
            latest,
            wanted,
            earliest);
        sink.missed(partition.partition(), wanted, earliest);
        consumer.seek(partition, earliest);
      } else {
        consumer.seek(partition, wanted);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Map<TopicPartition, OffsetAndMetadata> gone = new HashMap<>(applied);
      gone.keySet().retainAll(partitions);
      if (!gone.isEmpty()) {
        consumer.commitSync(gone);
      }
      forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      forget(partitions);
    }

    private void forget(Collection<TopicPartition> partitions) {
      partitions.forEach(applied::remove);
      partitions.forEach(unplaced::remove);
    }
  }
}

package dev.freshet.materializer.commits;

import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.materializer.view.Connections;
import dev.freshet.runtime.DeadLetterCount;
import dev.freshet.runtime.DeadLetters;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.OffsetPace;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table topics in, {@code <ns>.commits} out: whole transactions in the order of their commits.
 *
 * <p>A record and the offsets it was made of are one Kafka transaction. After a crash of capture a
 * stretch of the log comes again, here as everywhere. One per namespace: a second one takes over
 * and the first one fails.
 */
public final class Aligner implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(Aligner.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int LONGEST_BATCH = 512 << 10; // bytes of one record
  private static final long MOST_WAITING = 128L << 20; // bytes; a larger transaction is not atomic
  private static final int LARGEST_RECORD = 64 << 20;

  private final Topics topics;
  private final KafkaConnection kafka;
  private final Collection<String> tables;
  private final Connections database;
  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Counter transactions;
  private final Counter unreadable;
  private final Counter split;
  private final Thread thread = new Thread(this::run, "materializer-commits");
  private final CountDownLatch started = new CountDownLatch(1);
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile boolean closing;

  /**
   * An aligner of these topics.
   *
   * @param tables the change topics of all tables that views read
   * @param database for heartbeats on demand
   * @param clock tells when a record was given up, and when positions are told again
   */
  public Aligner(
      Topics topics,
      KafkaConnection kafka,
      Collection<String> tables,
      Connections database,
      MeterRegistry registry,
      InstantSource clock) {
    this.topics = topics;
    this.kafka = kafka;
    this.tables = Set.copyOf(tables);
    this.database = database;
    this.registry = registry;
    this.clock = clock;
    this.transactions = registry.counter("freshet.views.commits.batches");
    this.unreadable = registry.counter("freshet.views.commits.unreadable");
    this.split = registry.counter("freshet.views.commits.split");
  }

  @Override
  public String name() {
    return "materializer-commits";
  }

  @Override
  public void start() {
    thread.start();
    try {
      if (!started.await(60, TimeUnit.SECONDS)) {
        throw FreshetException.unreachable(
            "could not start " + name(), "Kafka gave no partitions in 60 s", "", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Health health() {
    return health;
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Properties consumerSettings() {
    Properties all = kafka.clientProperties(topics.namespace() + "-commits");
    all.put("group.id", topics.namespace() + "-commits");
    all.remove("group.instance.id"); // it is no member: it reads what it assigns itself
    all.put("enable.auto.commit", "false");
    all.put("auto.offset.reset", "earliest");
    all.put("isolation.level", "read_committed");
    all.put("max.poll.records", "5000");
    all.put("fetch.max.wait.ms", "100");
    return all;
  }

  private Properties producerSettings() {
    Properties all = kafka.clientProperties(topics.namespace() + "-commits");
    all.put("transactional.id", topics.namespace() + "-commits");
    all.put("linger.ms", "0");
    all.put("max.in.flight.requests.per.connection", "1"); // as the views' producers
    all.put("retry.backoff.ms", "5");
    all.put("max.request.size", Integer.toString(LARGEST_RECORD));
    all.put("buffer.memory", Integer.toString(2 * LARGEST_RECORD));
    DeadLetterCount.count(all, topics, name(), registry);
    return all;
  }

  private void run() {
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaConsumer<byte[], byte[]> ends =
            new KafkaConsumer<>(
                consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                producerSettings(), new ByteArraySerializer(), new ByteArraySerializer());
        Pulse pulse = new Pulse(database, topics.namespace())) {
      producer.initTransactions();
      new Loop(consumer, ends, producer, pulse).run();
      health = Health.of(Health.State.STOPPED);
    } catch (RuntimeException e) {
      LOG.error("{} stopped by an exception", name(), e);
      health = new Health(Health.State.FAILED, e.toString());
    } finally {
      started.countDown();
    }
  }

  /** What belongs to the thread alone. */
  private final class Loop {
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * Asks where topics end, on a connection of its own: on the other one the broker would answer
     * only after the fetch that waits there for the next record.
     */
    private final KafkaConsumer<byte[], byte[]> ends;

    private final KafkaProducer<byte[], byte[]> producer;
    private final Pulse pulse;
    private final OpenCommits open = new OpenCommits();
    private final List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    private final Set<TopicPartition> tablePartitions = new HashSet<>();
    private final OffsetPace pace = new OffsetPace(clock);
    private final TopicPartition heartbeats = new TopicPartition(topics.heartbeats(), 0);

    Loop(
        KafkaConsumer<byte[], byte[]> consumer,
        KafkaConsumer<byte[], byte[]> ends,
        KafkaProducer<byte[], byte[]> producer,
        Pulse pulse) {
      this.consumer = consumer;
      this.ends = ends;
      this.producer = producer;
      this.pulse = pulse;
    }

    void run() {
      for (String table : tables) {
        consumer
            .partitionsFor(table)
            .forEach(p -> tablePartitions.add(new TopicPartition(table, p.partition())));
      }
      Set<TopicPartition> all = new HashSet<>(tablePartitions);
      all.add(heartbeats);
      consumer.assign(all);
      all.forEach(consumer::position); // the stored offset, or the earliest
      health = Health.of(Health.State.RUNNING);
      started.countDown();
      try {
        while (!closing) {
          step();
        }
      } catch (WakeupException e) {
        LOG.debug("{} is closing", name());
      }
    }

    private void step() {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      long newestHeartbeat = Long.MIN_VALUE;
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.value() == null) {
          continue; // a tombstone: its delete came before it
        }
        try {
          LogPosition at = LogPosition.of(record.value());
          if (record.topic().equals(topics.heartbeats())) {
            newestHeartbeat = Math.max(newestHeartbeat, at.transaction());
          } else if (!at.read()) { // a view has its rows from a snapshot of its own
            open.add(
                at,
                new TopicPartition(record.topic(), record.partition()),
                record.offset(),
                new CommitBatch.Change(at.table(), record.key(), record.value()));
          }
        } catch (MalformedEventException e) {
          unreadable.increment();
          LOG.warn(
              "{}-{} offset {} is no change event, views go on without it: {}",
              record.topic(),
              record.partition(),
              record.offset(),
              e.getMessage());
          letters.add(
              DeadLetters.of(
                  record,
                  topics.deadLetters(),
                  name(),
                  String.valueOf(e.getMessage()),
                  clock.millis()));
        }
      }
      if (open.isEmpty() && letters.isEmpty()) {
        if (pace.isDue()) {
          commit(List.of());
        }
        return;
      }
      if (newestHeartbeat != Long.MIN_VALUE) {
        open.mark(newestHeartbeat, ends.endOffsets(tablePartitions));
      }
      publish(open.whole(consumer::position, LONGEST_BATCH));
      if (open.bytes() > MOST_WAITING) {
        LOG.warn("a transaction of more than {} MiB is applied in parts", MOST_WAITING >> 20);
        split.increment();
        publish(open.all(LONGEST_BATCH));
      }
      if (!open.isEmpty()) {
        pulse.beat();
      }
    }

    private void publish(List<CommitBatch> batches) {
      if (!batches.isEmpty() || !letters.isEmpty() || pace.isDue()) {
        commit(batches);
      }
    }

    private void commit(List<CommitBatch> batches) {
      Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
      for (TopicPartition partition : consumer.assignment()) {
        next.put(partition, new OffsetAndMetadata(consumer.position(partition)));
      }
      open.firstWaiting().forEach((p, offset) -> next.put(p, new OffsetAndMetadata(offset)));
      producer.beginTransaction();
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(letters);
      for (CommitBatch batch : batches) {
        records.add(new ProducerRecord<>(topics.commits(), 0, null, batch.write()));
      }
      for (ProducerRecord<byte[], byte[]> record : records) {
        Future<RecordMetadata> unused = producer.send(record); // the commit waits for it, or fails
      }
      producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
      producer.commitTransaction();
      pace.told();
      letters.clear();
      transactions.increment(batches.size());
    }
  }
}

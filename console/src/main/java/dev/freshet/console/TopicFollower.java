package dev.freshet.console;

import dev.freshet.console.model.Model;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topics into the model, without a consumer group: every console sees everything, and
 * leaves no trace in Kafka. Tables are read from the beginning, logs from a while ago.
 */
final class TopicFollower implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * Between two polls that bring few records: each one on its own would cost the broker a fetch.
   */
  private static final Duration PACE = Duration.ofMillis(100);

  private static final int MANY = 500;
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration LOOK_BACK = Duration.ofHours(1);
  private static final Duration MINUTES_BACK = Duration.ofHours(24);
  private static final long LOOK_AT_TOPICS_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int START_SECONDS = 60;

  private final KafkaConnection kafka;
  private final Model model;
  private final List<String> tables;
  private final InstantSource clock;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Map<TopicPartition, Long> beginnings = new HashMap<>();
  private volatile @Nullable Throwable failure;
  private volatile String trouble = "";
  private long readNanos = System.nanoTime(); // of the reading thread
  private volatile @Nullable Consumer<byte[], byte[]> reading;
  private volatile @Nullable Thread reader;
  private volatile boolean closed;

  TopicFollower(KafkaConnection kafka, Model model, Collection<String> views, InstantSource clock) {
    this.kafka = kafka;
    this.model = model;
    this.clock = clock;
    Topics topics = model.topics();
    this.tables =
        new ArrayList<>(
            List.of(topics.latency(), topics.alerts(), topics.health(), topics.viewTables()));
    views.forEach(view -> tables.add(topics.view(view)));
  }

  @Override
  public String name() {
    return "console-topics";
  }

  /** Returns when everything that was in the topics has been read. */
  @Override
  public void start() {
    Consumer<byte[], byte[]> consumer;
    try {
      consumer = open();
    } catch (KafkaException e) {
      throw FreshetException.unreachable(
          "could not start the console", e.toString(), "check the address under \"kafka\"", e);
    }
    Thread thread = new Thread(() -> run(consumer), "console-topics");
    thread.setDaemon(true);
    reading = consumer;
    reader = thread;
    thread.start();
    try {
      if (!caughtUp.await(START_SECONDS, TimeUnit.SECONDS)) {
        LOG.info("the console still reads what was there before it; it shows what it has so far");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while starting the console", "", "", e);
    }
    Throwable cause = failure;
    if (cause != null) {
      throw FreshetException.failed("could not read the topics", cause.toString(), "", cause);
    }
  }

  @Override
  public Health health() {
    Throwable cause = failure;
    if (cause != null) {
      return new Health(Health.State.FAILED, cause.toString());
    }
    if (closed) {
      return Health.of(Health.State.STOPPED);
    }
    if (caughtUp.getCount() > 0) {
      return new Health(Health.State.STARTING, "reading what was there before");
    }
    return trouble.isEmpty()
        ? Health.of(Health.State.RUNNING)
        : new Health(Health.State.DEGRADED, trouble);
  }

  private Consumer<byte[], byte[]> open() {
    Properties properties = kafka.clientProperties(model.topics().namespace() + "-console");
    properties.remove("group.instance.id");
    properties.put("enable.auto.commit", "false");
    properties.put("allow.auto.create.topics", "false");
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    properties.put("max.poll.records", Integer.toString(MANY));
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private void run(Consumer<byte[], byte[]> consumer) {
    try {
      place(consumer);
      follow(consumer);
    } catch (WakeupException stopped) {
      LOG.debug("told to stop");
    } catch (RuntimeException e) {
      if (!closed) {
        failure = e;
        LOG.error("the console stopped reading its topics", e);
      }
    } finally {
      caughtUp.countDown();
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }

  /** Takes up every topic that is there and not followed yet. */
  private void place(Consumer<byte[], byte[]> consumer) {
    Topics topics = model.topics();
    // One request for all: with a thousand views, one each would never end.
    Map<String, List<PartitionInfo>> there = consumer.listTopics(ANSWER);
    Set<TopicPartition> followed = consumer.assignment(); // a copy each time it is asked for
    List<TopicPartition> begin = new ArrayList<>();
    tables.forEach(topic -> begin.addAll(fresh(followed, there, topic)));
    List<TopicPartition> invalidations = fresh(followed, there, topics.invalidations());
    if (!invalidations.isEmpty()) {
      model.freshness().positions().partitions(invalidations.size());
    }
    model.freshness().positions().exact(isInOnePartition(there, topics.changePrefix() + "."));
    List<TopicPartition> logs = new ArrayList<>(invalidations);
    logs.addAll(fresh(followed, there, topics.applied()));
    List<TopicPartition> minutes = fresh(followed, there, topics.latencyMinutes());
    List<TopicPartition> all = new ArrayList<>(followed);
    all.addAll(begin);
    all.addAll(logs);
    all.addAll(minutes);
    if (all.size() == followed.size()) {
      return;
    }
    consumer.assign(all);
    if (!begin.isEmpty()) {
      consumer.seekToBeginning(begin);
    }
    seek(consumer, logs, LOOK_BACK);
    seek(consumer, minutes, MINUTES_BACK);
  }

  private static boolean isInOnePartition(Map<String, List<PartitionInfo>> there, String prefix) {
    return there.entrySet().stream()
        .noneMatch(topic -> topic.getKey().startsWith(prefix) && topic.getValue().size() > 1);
  }

  private void seek(
      Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Duration back) {
    if (partitions.isEmpty()) {
      return;
    }
    long from = clock.instant().minus(back).toEpochMilli();
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(at -> times.put(at, from));
    consumer
        .offsetsForTimes(times)
        .forEach(
            (at, found) -> {
              if (found == null) {
                consumer.seekToEnd(List.of(at));
              } else {
                consumer.seek(at, found.offset());
              }
            });
  }

  /** The partitions of a topic; none when it is followed already, or not there yet. */
  private static List<TopicPartition> fresh(
      Set<TopicPartition> followed, Map<String, List<PartitionInfo>> there, String topic) {
    return there.getOrDefault(topic, List.of()).stream()
        .map(at -> new TopicPartition(topic, at.partition()))
        .filter(at -> !followed.contains(at))
        .toList();
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Long> end = consumer.endOffsets(consumer.assignment());
    long looked = System.nanoTime();
    while (!closed) {
      if (consumer.assignment().isEmpty()) { // then it cannot poll
        awaitStop(POLL);
      } else {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(model::take);
        readNanos = records.isEmpty() ? readNanos : System.nanoTime();
        if (!records.isEmpty() && records.count() < MANY && caughtUp.getCount() == 0) {
          awaitStop(PACE);
        }
      }
      if (caughtUp.getCount() > 0
          && end.entrySet().stream()
              .allMatch(at -> consumer.position(at.getKey()) >= at.getValue())) {
        caughtUp.countDown();
      }
      if (System.nanoTime() - looked > LOOK_AT_TOPICS_NANOS) {
        looked = System.nanoTime();
        look(consumer);
      }
    }
  }

  private void awaitStop(Duration most) {
    try {
      if (stop.await(most.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("told to stop while waiting");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /** A view that is seeded anew has its topic emptied: what was there before is gone. */
  private void look(Consumer<byte[], byte[]> consumer) {
    try {
      place(consumer);
      consumer
          .beginningOffsets(consumer.assignment(), ANSWER)
          .forEach(
              (at, offset) -> {
                Long before = beginnings.put(at, offset);
                if (before == null || before < offset) {
                  model.emptiedBefore(at.topic(), offset);
                }
              });
      trouble = "";
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      // One question may take too long on a busy machine, while records come in as ever.
      if (System.nanoTime() - readNanos > SILENCE_NANOS) {
        trouble = "Kafka does not answer: " + e.getMessage();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    stop.countDown();
    Consumer<byte[], byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
    Thread thread = reader;
    try {
      if (thread != null) {
        thread.join(Duration.ofSeconds(5).toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

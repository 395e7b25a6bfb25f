package dev.freshet.materializer.refresh;

import dev.freshet.events.DebeziumJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.materializer.view.Database;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.OffsetPace;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Row changes in, refreshes of Postgres's materialized views out, one after the other.
 *
 * <p>A change counts as read once every view that shows it was refreshed after it: what was not, is
 * read again after a crash. Where one view lags, only the tables it reads are read again. Each
 * start begins with one refresh of every view: it may be new in the config, and the log may have
 * lost what nobody read in time.
 */
public final class RefreshService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(RefreshService.class);
  private static final Duration LONGEST_POLL = Duration.ofMillis(100);

  /** Transactions remembered by their id; with more, the newest ones stand for all. */
  private static final int MOST_XIDS = 10_000;

  private final Topics topics;
  private final KafkaConnection kafka;
  private final List<MaterializedView> views;
  private final Map<TableName, Debounce> debounces = new LinkedHashMap<>();
  private final Map<String, TableName> tables = new TreeMap<>();
  private final Refresher refresher;
  private final InstantSource clock;
  private final Thread thread = new Thread(this::run, "materializer-refresh");
  private final Set<Long> xids = new LinkedHashSet<>();
  private final Set<TableName> failing = new LinkedHashSet<>();
  private final Progress<TopicPartition> progress;
  private final OffsetPace pace;
  private Map<TopicPartition, Long> told = Map.of();
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile boolean closing;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> polling;

  /**
   * A service for these views.
   *
   * @param views those that others read first
   */
  public RefreshService(
      Topics topics,
      KafkaConnection kafka,
      Database database,
      List<MaterializedView> views,
      RefreshConfig config,
      MeterRegistry registry,
      InstantSource clock) {
    this.topics = topics;
    this.kafka = kafka;
    this.views = List.copyOf(views);
    this.refresher = new Refresher(database, registry);
    this.clock = clock;
    this.pace = new OffsetPace(clock);
    this.progress =
        new Progress<>(
            this.views,
            partition -> java.util.Objects.requireNonNull(tables.get(partition.topic())));
    for (MaterializedView view : views) {
      debounces.put(view.name(), new Debounce(config));
      view.tables().forEach(table -> tables.put(topics.changes(table), table));
    }
  }

  @Override
  public String name() {
    return "materializer-refresh";
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public Health health() {
    return health;
  }

  private Properties settings() {
    String group = topics.namespace() + "-refresh";
    Properties all = kafka.clientProperties(group);
    all.put("group.id", group);
    all.remove("group.instance.id"); // it is no member: it reads what it assigns itself
    all.put("enable.auto.commit", "false");
    all.put("auto.offset.reset", "earliest"); // what was lost is followed by what was not
    all.put("max.poll.records", "5000");
    return all;
  }

  private void run() {
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        refresher) {
      polling = consumer;
      assign(consumer);
      health = Health.of(Health.State.RUNNING);
      while (!closing) {
        consumer.poll(LONGEST_POLL).forEach(this::take);
        refreshDue(consumer);
        commit(consumer);
      }
      health = Health.of(Health.State.STOPPED);
    } catch (WakeupException closed) {
      health = Health.of(Health.State.STOPPED);
    } catch (RuntimeException e) {
      LOG.error("{} stopped by an exception", name(), e);
      health = new Health(Health.State.FAILED, e.toString());
    } finally {
      polling = null;
    }
  }

  private void assign(KafkaConsumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = new LinkedHashSet<>();
    for (String topic : tables.keySet()) {
      consumer
          .partitionsFor(topic)
          .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
    }
    consumer.assign(partitions);
    Map<TopicPartition, OffsetAndMetadata> known = consumer.committed(partitions);
    List<TopicPartition> unknown = partitions.stream().filter(p -> known.get(p) == null).toList();
    if (!unknown.isEmpty()) { // none would mean all
      consumer.seekToEnd(unknown);
    }
    partitions.forEach(consumer::position);
    debounces.values().forEach(debounce -> debounce.changed(clock.instant()));
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    TableName table = tables.get(record.topic());
    if (record.value() == null || table == null) {
      return; // a tombstone: its delete came before it
    }
    Instant now = clock.instant();
    views.stream()
        .filter(view -> view.tables().contains(table))
        .forEach(view -> debounce(view).changed(now));
    try {
      DebeziumJson.parse(record.key(), record.value())
          .ifPresent(change -> xids.add(change.source().xid()));
    } catch (MalformedEventException e) {
      LOG.debug("{} has a record that is no change event: {}", record.topic(), e.getMessage());
    }
    if (xids.size() > MOST_XIDS) {
      xids.remove(xids.iterator().next());
    }
  }

  private Debounce debounce(MaterializedView view) {
    return java.util.Objects.requireNonNull(debounces.get(view.name()));
  }

  private void refreshDue(KafkaConsumer<byte[], byte[]> consumer) {
    for (MaterializedView view : views) {
      if (!debounce(view).isDue(clock.instant()) || closing || !seesEverything()) {
        continue;
      }
      debounce(view).begins();
      if (refresher.refresh(view)) {
        progress.refreshed(view, positions(consumer), waiting());
        failing.remove(view.name());
        views.stream()
            .filter(other -> other.others().contains(view.name()))
            .forEach(other -> debounce(other).changed(clock.instant()));
      } else if (!closing) {
        debounce(view).changed(clock.instant());
        failing.add(view.name());
      }
      debounce(view).ended(clock.instant());
      health =
          failing.isEmpty()
              ? Health.of(Health.State.RUNNING)
              : new Health(Health.State.DEGRADED, "not refreshed: " + failing);
    }
  }

  private static Map<TopicPartition, Long> positions(KafkaConsumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    consumer.assignment().forEach(one -> positions.put(one, consumer.position(one)));
    return positions;
  }

  private Set<TableName> waiting() {
    Set<TableName> waiting = new LinkedHashSet<>();
    views.stream()
        .filter(view -> debounce(view).due().isPresent())
        .forEach(view -> waiting.add(view.name()));
    return waiting;
  }

  private boolean seesEverything() {
    try {
      if (xids.isEmpty() || refresher.sees(xids)) {
        xids.clear(); // what is visible once stays so
        return true;
      }
      return false;
    } catch (SQLException e) {
      refresher.disconnect();
      health = new Health(Health.State.DEGRADED, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void commit(KafkaConsumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Long> reached = progress.everywhere(positions(consumer), waiting());
    reached.replaceAll((partition, at) -> Math.max(at, told.getOrDefault(partition, at)));
    if (reached.isEmpty() || (reached.equals(told) && !pace.isDue())) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    reached.forEach((partition, offset) -> next.put(partition, new OffsetAndMetadata(offset)));
    try {
      consumer.commitSync(next);
      told = reached;
      pace.told();
    } catch (RetriableException e) {
      LOG.warn("{} tells Kafka later what it has read: {}", name(), e.toString());
    }
  }

  @Override
  public void close() {
    closing = true;
    refresher.cancel();
    KafkaConsumer<byte[], byte[]> consumer = polling;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

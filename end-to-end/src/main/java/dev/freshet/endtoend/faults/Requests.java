package dev.freshet.endtoend.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.freshet.app.FreshetConfig;
import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Requests as they were reported, and as the aggregator's topic says they were counted: committed,
 * in the longest window. A schedule's requests are one service; they are compared when a later
 * schedule has been judged, because a window is told a few seconds after its requests.
 */
final class Requests implements AutoCloseable {

  static final int ROUTES = 5;

  private static final String WINDOW = "1h";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

  /** So long after its schedule was healed a count must be complete. */
  private static final Duration LONGEST = Markers.LONGEST;

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final Map<String, Long> counted = new ConcurrentHashMap<>();
  private final List<Reporter> open = new ArrayList<>();
  private final List<Reporter> complete = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong();
  private final Thread reader = new Thread(this::read, "faults-counts");
  private final boolean repeating;
  private volatile boolean closing;

  /**
   * @param repeating whether to send every tenth request a second time, and tell nobody
   */
  Requests(FreshetConfig config, boolean repeating) {
    this.repeating = repeating;
    this.topic = config.topics().requests();
    Properties writes = config.kafka().connection().clientProperties("faults-reporter");
    writes.remove("group.instance.id");
    this.producer =
        new KafkaProducer<>(writes, new ByteArraySerializer(), new ByteArraySerializer());
    Properties reads = config.kafka().connection().clientProperties("faults-counts");
    reads.remove("group.instance.id");
    reads.put("isolation.level", "read_committed");
    this.consumer =
        new KafkaConsumer<>(reads, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all =
        consumer.partitionsFor(config.topics().latency()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    while (!closing) {
      try {
        consumer.poll(POLL).forEach(this::count);
      } catch (KafkaException away) {
        LockSupport.parkNanos(LOOK_NANOS); // it will come back
      }
    }
  }

  private void count(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      LatencyRow row = LatencyJson.parseRow(record.value());
      if (row.route().equals(LatencyRow.TOTAL) && row.window().equals(WINDOW)) {
        // Requests leave the window after an hour; what was too many once is too many.
        counted.merge(row.service(), row.counts().total(), Math::max);
      }
    } catch (MalformedEventException e) {
      throw new IllegalStateException("a row nobody can read in the latency topic", e);
    }
  }

  /** The reporters' clock is wrong by so much from now on. */
  void clockJumps(Duration by) {
    clock.set(by.toMillis());
  }

  /** Reports for a schedule. */
  Reporter reporter(long seed) {
    return new Reporter(seed, "s%d_%d".formatted(seed, System.nanoTime()));
  }

  /**
   * What is wrong about schedules whose requests must be counted by now, and of all of them if
   * {@code last}.
   */
  List<Violation> judge(boolean last) {
    List<Violation> found = new ArrayList<>();
    do {
      open.removeIf(reporter -> reporter.settled(found));
      complete.removeIf(reporter -> reporter.tooMany(found));
      if (last && !open.isEmpty()) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } while (last && !open.isEmpty());
    return found;
  }

  @Override
  public void close() {
    closing = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
    producer.close(Duration.ofSeconds(2));
  }

  /** The requests of one schedule. */
  final class Reporter {
    private final long seed;
    private final String service;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private long reported;
    private long healedNanos;

    Reporter(long seed, String service) {
      this.seed = seed;
      this.service = service;
    }

    void report(int route) {
      String json =
          "{\"time\":%d,\"service\":\"%s\",\"route\":\"/r%d\",\"status\":200,\"duration_ms\":%d}"
              .formatted(System.currentTimeMillis() + clock.get(), service, route, 1 + route);
      try {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, json.getBytes(UTF_8));
        var unused =
            producer.send(
                record,
                (where, error) -> (error == null ? acknowledged : failed).incrementAndGet());
        if (repeating && ++reported % 10 == 0) {
          var unusedToo = producer.send(record);
        }
      } catch (KafkaException away) {
        failed.incrementAndGet();
      }
    }

    /** All are acknowledged or given up; from now on the counting is bounded. */
    void flush() {
      producer.flush();
      healedNanos = System.nanoTime();
      open.add(this);
    }

    long acknowledged() {
      return acknowledged.get();
    }

    /** Whether nothing more is to be found out; one that was given up may have been written. */
    private boolean settled(List<Violation> found) {
      if (tooMany(found)) {
        return true;
      }
      long now = counted.getOrDefault(service, 0L);
      if (now >= acknowledged.get()) {
        complete.add(this);
        return true;
      }
      if (System.nanoTime() - healedNanos < LONGEST.toNanos()) {
        return false;
      }
      found.add(
          new Violation(
              seed,
              Violation.Kind.REQUESTS,
              "%d were acknowledged, %d are counted after %d s"
                  .formatted(acknowledged.get(), now, LONGEST.toSeconds())));
      return true;
    }

    private boolean tooMany(List<Violation> found) {
      long now = counted.getOrDefault(service, 0L);
      long most = acknowledged.get() + failed.get();
      if (now > most) {
        found.add(
            new Violation(
                seed,
                Violation.Kind.REQUESTS,
                "%d were sent, %d are counted".formatted(most, now)));
      }
      return now > most;
    }
  }
}

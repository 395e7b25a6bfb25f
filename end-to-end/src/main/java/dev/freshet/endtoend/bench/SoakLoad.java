package dev.freshet.endtoend.bench;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestBatch;
import dev.freshet.events.RequestEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Single-row commits and request events at a steady rate, until it is closed. Who is late does not
 * slow the plan: what is due is done at once.
 */
final class SoakLoad implements AutoCloseable {

  private static final int CONNECTIONS = 4;
  private static final int BATCH_BYTES = 16 << 10;
  private static final int ROUTES = 200;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long END_MILLIS = 60_000;

  private final TestBed bed;
  private final Options options;
  private final String topic;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private final long begin = System.nanoTime();
  private volatile boolean stopped;

  /**
   * Begins.
   *
   * @param topic of the requests
   */
  SoakLoad(TestBed bed, Options options, String topic) {
    this.bed = bed;
    this.options = options;
    this.topic = topic;
    for (int i = 0; i < CONNECTIONS; i++) {
      int number = i;
      threads.add(new Thread(() -> unlessFailed(() -> commit(number)), "bench-commits-" + i));
    }
    if (options.requests() > 0) {
      threads.add(new Thread(() -> unlessFailed(this::report), "bench-requests"));
    }
    threads.forEach(Thread::start);
  }

  private interface Work {
    void run() throws SQLException;
  }

  private void unlessFailed(Work work) {
    try {
      work.run();
    } catch (SQLException | RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void commit(int number) throws SQLException {
    SplittableRandom random = new SplittableRandom(options.seed() + number);
    double nanosEach = 1e9 * CONNECTIONS / options.rate();
    try (Connection connection = bed.connect();
        PreparedStatement update =
            connection.prepareStatement("UPDATE item SET version = version + 1 WHERE id = ?")) {
      for (long i = 0; !stopped; i++) {
        pause(begin + (long) (i * nanosEach));
        update.setInt(1, 1 + random.nextInt(options.rows()));
        update.executeUpdate();
        commits.incrementAndGet();
      }
    }
  }

  private void report() {
    SplittableRandom random = new SplittableRandom(options.seed());
    Properties properties = bed.kafka().clientProperties("bench-soak");
    properties.put("linger.ms", 5);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      RequestBatch batch = new RequestBatch(BATCH_BYTES);
      for (long tick = 1; !stopped; tick++) {
        pause(begin + tick * TICK_NANOS);
        long due = (long) (options.requests() * (double) tick * TICK_NANOS / 1e9);
        for (long i = sent.get(); i < due; i++) {
          RequestEvent event = event(random);
          if (!batch.add(event)) {
            send(producer, batch);
            batch.add(event);
          }
        }
        if (batch.count() > 0) {
          send(producer, batch);
        }
        sent.set(Math.max(sent.get(), due));
      }
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, RequestBatch batch) {
    var unused =
        producer.send(
            new ProducerRecord<>(topic, batch.toBytes()),
            (where, e) -> Optional.ofNullable(e).ifPresent(it -> failure.compareAndSet(null, it)));
    batch.clear();
  }

  private static RequestEvent event(SplittableRandom random) {
    return new RequestEvent(
        System.currentTimeMillis(),
        "shop",
        "/api/v1/things/%d".formatted(random.nextInt(ROUTES)),
        HttpMethod.GET,
        random.nextInt(1000) == 0 ? 500 : 200,
        1_000_000L + random.nextInt(50_000_000),
        random.nextInt(5) == 0 ? CacheOutcome.MISS : CacheOutcome.L2,
        1,
        "");
  }

  private void pause(long until) {
    for (long left = until - System.nanoTime();
        left > 0 && !stopped;
        left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  long commits() {
    return commits.get();
  }

  /** Requests that were handed to Kafka's producer. */
  long requests() {
    return sent.get();
  }

  double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  /**
   * @throws IllegalStateException when it could not go on
   */
  void requireWell() {
    Exception e = failure.get();
    if (e != null) {
      throw new IllegalStateException("the load ended early", e);
    }
  }

  /** Stops; returns when everything of it is committed and acknowledged. */
  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join(END_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

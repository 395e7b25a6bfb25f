package dev.freshet.endtoend.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import dev.freshet.events.Topics;
import dev.freshet.metrics.MetricsAggregator;
import dev.freshet.metrics.MetricsConfig;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.StreamsService;
import dev.freshet.runtime.TopicProvisioner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The process in which one variant of {@link RequestsBench} runs; prints its figures. */
final class RequestsWorker {

  /** What a line with a figure begins with; others are talk. */
  static final String FIGURE = "figure ";

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int MIB = 1 << 20;

  /** Longer than any variant needs for the part it has just done. */
  private static final Duration STUCK = Duration.ofMinutes(3);

  private final KafkaConnection kafka;
  private final String namespace;
  private final long events;
  private long startNanos;
  private double startCpu;
  private long startEvents;

  private RequestsWorker(KafkaConnection kafka, String namespace, long events) {
    this.kafka = kafka;
    this.namespace = namespace;
    this.events = events;
  }

  /** The consumer groups that a variant may leave behind. */
  static List<String> groups(String namespace) {
    return List.of(
        namespace + "-" + MetricsAggregator.NAME, HoppingDigest.applicationId(namespace));
  }

  /** Arguments: bootstrap servers, variant, namespace of the events, how many there are. */
  public static void main(String[] args) {
    RequestsWorker worker =
        new RequestsWorker(
            new KafkaConnection(args[0], Map.of()), args[2], Long.parseLong(args[3]));
    switch (args[1]) {
      case "consume" -> worker.consume(false, 1);
      case "consume_parse" -> worker.consume(true, 1);
      case "consume_batch" -> worker.consume(false, worker.eventsPerRecord());
      case "hopping_tdigest" -> worker.hopping();
      case "single_20k_routes" -> worker.aggregate(4, 30_000);
      case "single_1_window" -> worker.aggregate(1, 500);
      default -> worker.aggregate(4, 500);
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** The average, so that a bare consumer of batches need not look into them. */
  private double eventsPerRecord() {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> all = partitions(consumer);
      long records = consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
      return (double) events / records;
    }
  }

  private void consume(boolean parse, double eventsPerRecord) {
    long[] read = {0};
    RequestReader reader = new RequestReader();
    RequestReader.Sink sink =
        new RequestReader.Sink() {
          private long nanos;

          @Override
          public void request(RequestFields event) {
            nanos += event.durationNanos();
            read[0]++;
          }

          @Override
          public void rejected(int index, String reason, int offset, int length) {
            throw new IllegalStateException(reason + " after " + nanos);
          }
        };
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> all = partitions(consumer);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      double seen = 0;
      while (Math.round(seen) < events) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (parse) {
            reader.read(record.value(), record.timestamp(), sink);
          }
          seen += eventsPerRecord;
        }
        if (startNanos == 0 && seen >= events / 4.0) {
          begin(Math.round(seen));
        }
      }
      end();
      miscounted(parse ? read[0] : Math.round(seen));
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    Properties properties = kafka.clientProperties("bench-consumer");
    properties.put("enable.auto.commit", "false");
    properties.put("isolation.level", "read_committed");
    properties.put("max.poll.records", 5_000);
    properties.put("fetch.max.bytes", 8 << 20);
    properties.put("max.partition.fetch.bytes", 4 << 20);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    return consumer.partitionsFor(new Topics(namespace).requests()).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .toList();
  }

  private void aggregate(int windows, int maxRoutes) {
    MetricsConfig all = MetricsConfig.defaults();
    MetricsConfig config =
        new MetricsConfig(
            all.windows().subList(all.windows().size() - windows, all.windows().size()),
            all.emitEvery(),
            maxRoutes,
            all.maxServices(),
            all.maxSkew(),
            RequestsData.PARTITIONS,
            1,
            0);
    Topics topics = new Topics(namespace);
    TopicProvisioner.ensure(kafka, MetricsAggregator.topics(topics, config));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    List<Service> services = MetricsAggregator.services(topics, config, kafka, registry);
    services.forEach(Service::start);
    Counter counted = registry.counter("freshet.requests.counted");
    watch(() -> (long) counted.count());
    end();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      miscounted(new CountedRequests(consumer, topics).await(events));
    }
    services.forEach(Service::close);
  }

  private void hopping() {
    LongAdder updates = new LongAdder();
    LongSupplier counted = () -> updates.sum() / HoppingDigest.WINDOWS;
    Topics topics = new Topics(namespace);
    TopicProvisioner.ensure(kafka, HoppingDigest.topics(namespace));
    StreamsService service =
        new StreamsService(
            "hopping",
            HoppingDigest.applicationId(namespace),
            HoppingDigest.topology(topics, namespace, updates),
            kafka,
            HoppingDigest.settings(),
            new SimpleMeterRegistry());
    service.start();
    watch(counted);
    end();
    miscounted(counted.getAsLong());
    service.close();
  }

  /** Returns when all events are counted; begins to measure after a quarter of them. */
  private void watch(LongSupplier counted) {
    long last = 0;
    long lastNanos = System.nanoTime();
    while (counted.getAsLong() < events) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      long now = counted.getAsLong();
      if (startNanos == 0 && now >= events / 4) {
        begin(now);
      }
      if (now != last) {
        last = now;
        lastNanos = System.nanoTime();
      } else if (System.nanoTime() - lastNanos > STUCK.toNanos()) {
        return;
      }
    }
  }

  private void begin(long seen) {
    startEvents = seen;
    startCpu = cpuSeconds();
    startNanos = System.nanoTime();
  }

  /**
   * Without the compiler: it has a few seconds to do in each variant, however many events there
   * are, and is not what a service that runs for days costs.
   */
  private static double cpuSeconds() {
    return SYSTEM.getProcessCpuTime() / 1e9 - ProcStat.compilerSeconds();
  }

  private void end() {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cpu = cpuSeconds() - startCpu;
    long measured = events - startEvents;
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    figure("events_per_s", measured / seconds);
    figure("cpu_s_per_m", cpu * 1e6 / measured);
    figure("heap_mib", (double) (runtime.totalMemory() - runtime.freeMemory()) / MIB);
  }

  private void miscounted(long counted) {
    figure("miscounted", Math.abs(events - counted));
  }

  private static void figure(String name, double value) {
    System.out.println(FIGURE + name + "=" + value);
  }
}

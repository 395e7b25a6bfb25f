package dev.freshet.endtoend.bench;

import dev.freshet.events.CacheOutcome;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestBatch;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The request events that the bench reads: 20,000 a second of event time, a little out of order,
 * routes by Zipf's law, latencies lognormal; four partitions, keyed by route.
 */
final class RequestsData {

  static final String SINGLE = "bench_single";
  static final String MANY_ROUTES = "bench_routes";
  static final String BATCH = "bench_batch";
  static final String FEW = "bench_few";

  /** Batches are read so fast that there have to be more events. */
  static final double BATCH_FACTOR = 4;

  /** Hopping windows are so slow that there have to be fewer. */
  static final double FEW_FACTOR = 0.04;

  static final int PARTITIONS = 4;

  private static final int EVENTS_PER_SECOND = 20_000;
  private static final int BATCH_BYTES = 16 << 10;
  private static final double SKEW = 0.8;
  private static final CacheOutcome[] CACHES = {
    CacheOutcome.L1, CacheOutcome.L2, CacheOutcome.L2, CacheOutcome.MISS, CacheOutcome.NONE
  };

  private RequestsData() {}

  static void write(KafkaConnection kafka, int events, long seed, Consumer<String> talk) {
    for (String namespace : List.of(SINGLE, MANY_ROUTES, BATCH, FEW)) {
      TopicProvisioner.ensure(
          kafka, List.of(new TopicSpec(new Topics(namespace).requests(), PARTITIONS, Map.of())));
    }
    talk.accept("writing events");
    single(kafka, SINGLE, 200, events, seed);
    single(kafka, MANY_ROUTES, 20_000, events, seed);
    single(kafka, FEW, 200, (int) (events * FEW_FACTOR), seed);
    batches(kafka, (int) (events * BATCH_FACTOR), seed);
  }

  private static void single(
      KafkaConnection kafka, String namespace, int routes, int events, long seed) {
    Source source = new Source(routes, events, seed);
    String topic = new Topics(namespace).requests();
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      for (int i = 0; i < events; i++) {
        RequestEvent event = source.next();
        String json =
            ("{\"time\":\"%s\",\"service\":\"%s\",\"route\":\"%s\",\"method\":\"GET\","
                    + "\"status\":%d,\"duration_ms\":%s,\"cache\":\"%s\",\"trace_id\":\"%016x\"}")
                .formatted(
                    Instant.ofEpochMilli(event.timeMillis()),
                    event.service(),
                    event.route(),
                    event.status(),
                    event.durationNanos() / 1e6,
                    event.cache().text(),
                    i);
        send(
            producer,
            new ProducerRecord<>(
                topic,
                event.route().getBytes(StandardCharsets.UTF_8),
                json.getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  private static void batches(KafkaConnection kafka, int events, long seed) {
    Source source = new Source(200, events, seed);
    String topic = new Topics(BATCH).requests();
    List<RequestBatch> open = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      open.add(new RequestBatch(BATCH_BYTES));
    }
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      for (int i = 0; i < events; i++) {
        RequestEvent event = source.next();
        int partition = i % PARTITIONS;
        RequestBatch batch = open.get(partition);
        if (!batch.add(event)) {
          send(producer, new ProducerRecord<>(topic, partition, null, batch.toBytes()));
          batch.clear();
          batch.add(event);
        }
      }
      for (int partition = 0; partition < PARTITIONS; partition++) {
        if (open.get(partition).count() > 0) {
          send(
              producer,
              new ProducerRecord<>(topic, partition, null, open.get(partition).toBytes()));
        }
      }
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
    var unused = producer.send(record); // a run without it ends as miscounted
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    Properties properties = kafka.clientProperties("bench-requests");
    properties.put("linger.ms", 20);
    properties.put("batch.size", 256 << 10);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Events in the order in which they are sent. */
  private static final class Source {
    private final double[] cumulative;
    private final Random random;
    private final long first;
    private int sent;

    Source(int routes, int events, long seed) {
      random = new Random(seed);
      cumulative = new double[routes];
      double sum = 0;
      for (int i = 0; i < routes; i++) {
        sum += 1 / Math.pow(i + 1, SKEW);
        cumulative[i] = sum;
      }
      first = System.currentTimeMillis() - 120_000 - events * 1000L / EVENTS_PER_SECOND;
    }

    RequestEvent next() {
      double at = random.nextDouble() * cumulative[cumulative.length - 1];
      int found = java.util.Arrays.binarySearch(cumulative, at);
      int route = found < 0 ? -found - 1 : found;
      double late = -300 * Math.log(1 - random.nextDouble());
      long time = first + sent++ * 1000L / EVENTS_PER_SECOND - (long) late;
      return new RequestEvent(
          time,
          "shop",
          "/api/v1/things/%d/parts/{id}".formatted(route),
          HttpMethod.GET,
          random.nextInt(1000) == 0 ? 500 : 200,
          (long) (20e6 * Math.exp(0.8 * random.nextGaussian())),
          CACHES[random.nextInt(CACHES.length)],
          1,
          "");
    }
  }
}

package dev.freshet.runtime;

import dev.freshet.events.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one topology: the only owner of {@link KafkaStreams}.
 *
 * <p>At least once, unless its settings say exactly once. An exception of a processor that no
 * handler took ends the service with its reason; one of a Kafka client costs its thread, which is
 * replaced, and is logged.
 */
public final class StreamsService implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(StreamsService.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  private final String name;
  private final KafkaStreams streams;
  private final CountDownLatch runningOrFailed = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final RestoredState restored;
  private final AtomicLong rebalances = new AtomicLong();

  /**
   * A service for this topology.
   *
   * @param applicationId consumer group and prefix of internal topics
   * @param settings Kafka Streams settings; they win over the defaults here
   * @param registry is told how much state comes back from Kafka, and how fast
   */
  public StreamsService(
      String name,
      String applicationId,
      Topology topology,
      KafkaConnection kafka,
      Properties settings,
      MeterRegistry registry) {
    this(name, applicationId, topology, kafka, settings, registry, new ConsumerLags());
  }

  /**
   * As the other one.
   *
   * @param clients makes the topology's clients
   */
  public StreamsService(
      String name,
      String applicationId,
      Topology topology,
      KafkaConnection kafka,
      Properties settings,
      MeterRegistry registry,
      KafkaClientSupplier clients) {
    this.name = name;
    this.restored = new RestoredState(name, registry, System::nanoTime);
    this.streams = new KafkaStreams(topology, properties(applicationId, kafka, settings), clients);
    streams.setGlobalStateRestoreListener(restored);
    streams.setStandbyUpdateListener(restored);
    ThreadFailures failures = new ThreadFailures(InstantSource.system());
    streams.setUncaughtExceptionHandler(
        e -> {
          StreamThreadExceptionResponse answer = failures.answer(e);
          if (answer == StreamThreadExceptionResponse.REPLACE_THREAD) {
            LOG.warn("{} goes on in a new thread: {}", name, e.toString());
            return answer;
          }
          failure.compareAndSet(null, e);
          LOG.error("{} stopped by an exception", name, e);
          runningOrFailed.countDown();
          return answer;
        });
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.REBALANCING && before == KafkaStreams.State.RUNNING) {
            rebalances.incrementAndGet();
          }
          if (now == KafkaStreams.State.RUNNING || now == KafkaStreams.State.ERROR) {
            runningOrFailed.countDown();
          }
        });
  }

  /** Adds a source that reads a topic's bytes from its beginning, whatever times they have. */
  public static void readBytes(Topology topology, String name, String topic) {
    topology.addSource(
        AutoOffsetReset.earliest(),
        name,
        new UsePartitionTimeOnInvalidTimestamp(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topic);
  }

  /** The settings, and the dead letters that this stage of a topology writes are counted. */
  public static Properties counted(
      Properties settings, Topics topics, String stage, MeterRegistry registry) {
    Properties all = new Properties();
    all.putAll(settings);
    DeadLetterCount.count(all, StreamsConfig.PRODUCER_PREFIX, topics, stage, registry);
    return all;
  }

  static Properties properties(String applicationId, KafkaConnection kafka, Properties settings) {
    Properties all = kafka.memberProperties(applicationId);
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    all.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    all.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    all.put(StreamsConfig.producerPrefix("acks"), "all");
    // A record too large for a producer's default must not stop the topology as a dead letter.
    all.put(
        StreamsConfig.producerPrefix("max.request.size"), Integer.toString(DeadLetters.LARGEST));
    all.putAll(settings);
    return all;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void start() {
    streams.start();
    Startup.await(
        name,
        runningOrFailed,
        restored::records,
        () -> "Kafka Streams is still " + streams.state() + ", " + restored,
        "check that Kafka answers, that no other group member is stuck, and that no transaction"
            + " hangs: kafka-transactions.sh find-hanging");
    Throwable cause = failure.get();
    if (cause != null) {
      throw FreshetException.failed("could not start " + name, cause.toString(), "", cause);
    }
  }

  @Override
  public Health health() {
    Throwable cause = failure.get();
    if (cause != null) {
      return new Health(Health.State.FAILED, cause.toString());
    }
    return switch (streams.state()) {
      case CREATED -> Health.of(Health.State.STARTING);
      case RUNNING -> Health.of(Health.State.RUNNING);
      case REBALANCING -> new Health(Health.State.RUNNING, "rebalancing, " + restored);
      case PENDING_SHUTDOWN, NOT_RUNNING -> Health.of(Health.State.STOPPED);
      case PENDING_ERROR, ERROR -> new Health(Health.State.FAILED, "Kafka Streams stopped");
    };
  }

  @Override
  public long rebalances() {
    return rebalances.get();
  }

  @Override
  public void close() {
    // Kafka Streams would stay a member until its session times out, and the next start, or another
    // process, would wait for that. There is no state that would have to move.
    streams.close(
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
  }
}

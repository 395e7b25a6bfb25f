package dev.freshet.invalidation;

import dev.freshet.events.Topics;
import dev.freshet.runtime.DeadLetterWriter;
import dev.freshet.runtime.DeadLetters;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.SinkService;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.StreamsService;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.streams.Topology;

/** The front door of the role: its topology, its topics, its services. */
public final class InvalidationStream {

  /** What users call this role. */
  public static final String NAME = "invalidation-stream";

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final long MIB = 1 << 20;

  private InvalidationStream() {}

  /** Row changes of every table with a rule to stale tags; a pure function of its arguments. */
  public static Topology topology(Topics topics, TagRules rules) {
    return InvalidationTopology.build(topics, rules);
  }

  /** The topics this role writes. */
  public static List<TopicSpec> topics(Topics topics, InvalidationConfig config) {
    return List.of(
        TopicSpec.log(topics.invalidations(), config.partitions(), 7 * DAY_MILLIS, 1024 * MIB),
        TopicSpec.log(topics.applied(), 1, DAY_MILLIS, 64 * MIB),
        DeadLetters.topic(topics));
  }

  /**
   * The role's services in the order to start them: the sink first, so that nothing waits for it.
   */
  public static List<Service> services(
      Topics topics,
      TagRules rules,
      InvalidationConfig config,
      KafkaConnection kafka,
      String redisUri,
      MeterRegistry registry,
      Stages stages) {
    return List.of(
        new SinkService(
            NAME + "-redis",
            topics.invalidations(),
            topics.namespace() + "-redis-sink",
            kafka,
            () ->
                openSink(
                    topics, config, kafka, redisUri, registry, stages, InstantSource.system())),
        new StreamsService(
            NAME,
            topics.namespace() + "-" + NAME,
            topology(topics, rules),
            kafka,
            StreamsService.counted(InvalidationTopology.settings(), topics, NAME, registry),
            registry));
  }

  /**
   * The sink itself, connected, without a loop around it: what the benchmarks measure.
   *
   * @throws FreshetException when Redis does not answer
   */
  public static Sink openSink(
      Topics topics,
      InvalidationConfig config,
      KafkaConnection kafka,
      String redisUri,
      MeterRegistry registry,
      InstantSource clock) {
    return openSink(topics, config, kafka, redisUri, registry, Stages.off(), clock);
  }

  private static Sink openSink(
      Topics topics,
      InvalidationConfig config,
      KafkaConnection kafka,
      String redisUri,
      MeterRegistry registry,
      Stages stages,
      InstantSource clock) {
    RedisConnection redis = RedisConnection.open(redisUri);
    try {
      Bucket.requireLayout(redis.commands(), topics.namespace(), config.buckets());
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
    AppliedPublisher publisher = new AppliedPublisher(kafka, topics.applied(), registry);
    return new RedisInvalidator(
        redis,
        topics.namespace(),
        config,
        new DeadLetterWriter(kafka, topics, NAME + "-redis", registry),
        publisher,
        new SinkMetrics(registry, stages),
        clock);
  }
}

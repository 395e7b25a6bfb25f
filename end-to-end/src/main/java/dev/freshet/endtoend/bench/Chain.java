package dev.freshet.endtoend.bench;

import dev.freshet.events.Topics;
import dev.freshet.ingest.Ingest;
import dev.freshet.ingest.IngestConfig;
import dev.freshet.invalidation.InvalidationConfig;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.SinkService;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A way from a commit to a deleted key, or the first part of one. */
enum Chain {
  /** All of Freshet: Debezium, Kafka, Kafka Streams, Redis sink. */
  FRESHET("freshet") {
    @Override
    List<Service> services(TestBed bed, Topics topics) {
      List<Service> services =
          new ArrayList<>(
              InvalidationStream.services(
                  topics,
                  TestBed.RULES,
                  INVALIDATION,
                  bed.kafka(),
                  bed.redisUri(),
                  new SimpleMeterRegistry(),
                  Stages.off()));
      services.add(capture(bed, topics));
      return services;
    }
  },

  /**
   * The same without Kafka Streams: the sink reads the row changes and applies the rules itself.
   */
  NO_STREAMS("no_streams") {
    @Override
    List<Service> services(TestBed bed, Topics topics) {
      return List.of(
          new SinkService(
              "direct-redis",
              topics.changes(TestBed.TABLE),
              topics.namespace() + "-direct",
              bed.kafka(),
              () ->
                  new DirectSink(
                      TestBed.RULES,
                      InvalidationStream.openSink(
                          topics,
                          INVALIDATION,
                          bed.kafka(),
                          bed.redisUri(),
                          new SimpleMeterRegistry(),
                          InstantSource.system()))),
          capture(bed, topics));
    }
  },

  /** No Debezium and no Kafka: the log itself, and deletes. */
  FLOOR("floor") {
    @Override
    List<Service> services(TestBed bed, Topics topics) {
      return List.of(new RawLog(bed, topics));
    }
  },

  /** Debezium to Kafka, and nobody who reads it. */
  CAPTURE("debezium_to_kafka") {
    @Override
    List<Service> services(TestBed bed, Topics topics) {
      return List.of(capture(bed, topics));
    }
  };

  private static final InvalidationConfig INVALIDATION = InvalidationConfig.defaults();
  private static final IngestConfig INGEST = IngestConfig.defaults();

  private final String label;

  Chain(String label) {
    this.label = label;
  }

  /** Its name as a variant of a bench. */
  String label() {
    return label;
  }

  /** Its services in the order to start them; none runs yet. */
  abstract List<Service> services(TestBed bed, Topics topics);

  /** Every topic any chain uses. */
  static List<TopicSpec> topics(Topics topics) {
    List<TopicSpec> all = new ArrayList<>(InvalidationStream.topics(topics, INVALIDATION));
    all.addAll(Ingest.topics(INGEST, topics, TestBed.RULES.tables()));
    return all;
  }

  private static Service capture(TestBed bed, Topics topics) {
    return Ingest.service(
        INGEST,
        bed.postgres(),
        bed.kafka(),
        topics,
        TestBed.RULES.columnsNeededBefore(),
        Stages.off(),
        new SimpleMeterRegistry(),
        reason -> {
          throw new IllegalStateException(reason);
        });
  }
}

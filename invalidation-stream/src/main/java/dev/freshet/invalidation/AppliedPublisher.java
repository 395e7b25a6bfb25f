package dev.freshet.invalidation;

import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.LossyProducer;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;

/**
 * Tells on a topic what the sink did. For people to look at: when Kafka does not take it in time it
 * is dropped and counted, and the sink goes on.
 */
final class AppliedPublisher implements AutoCloseable {

  private final LossyProducer producer;

  AppliedPublisher(KafkaConnection kafka, String topic, MeterRegistry registry) {
    this.producer =
        new LossyProducer(kafka, topic, registry.counter("freshet.invalidation.reports.dropped"));
  }

  void accept(Applied applied) {
    byte[] key = Integer.toString(applied.partition()).getBytes(StandardCharsets.UTF_8);
    producer.send(key, AppliedJson.write(applied));
  }

  @Override
  public void close() {
    producer.close();
  }
}

package dev.freshet.runtime.health;

import dev.freshet.events.HealthReport;
import dev.freshet.events.HealthReportJson;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.LossyProducer;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;

/** Reports on their way to {@code <ns>.health}; the next round says again what was dropped. */
public final class HealthTopic implements HealthWatch.Reports {

  private final LossyProducer producer;

  public HealthTopic(KafkaConnection kafka, Topics topics, MeterRegistry registry) {
    this.producer =
        new LossyProducer(
            kafka, topics.health(), registry.counter("freshet.health.reports.dropped"));
  }

  /** The topic, which forgets after a day what nobody repeats: a process that was killed. */
  public static TopicSpec topic(Topics topics) {
    return new TopicSpec(
        topics.health(),
        1,
        Map.of(
            "cleanup.policy", "compact,delete",
            "retention.ms", Long.toString(Duration.ofDays(1).toMillis()),
            "segment.ms", Long.toString(Duration.ofHours(1).toMillis())));
  }

  @Override
  public void accept(HealthReport report) {
    producer.send(
        HealthReportJson.key(report.component(), report.instance()),
        HealthReportJson.write(report));
  }

  @Override
  public void gone(String component, String instance) {
    producer.send(HealthReportJson.key(component, instance), null);
  }

  @Override
  public void close() {
    producer.close();
  }
}

package dev.freshet.ingest.requests;

import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** The front door of request events: HTTP and OTLP become records of one topic. */
public final class RequestIngest {

  /** The longest window is an hour; a day is for those who look again. */
  private static final Duration RETENTION = Duration.ofDays(1);

  private static final long BYTES_PER_PARTITION = 1L << 30;

  private RequestIngest() {}

  /** The topic it writes. */
  public static List<TopicSpec> topics(RequestsConfig config, Topics topics) {
    return List.of(
        TopicSpec.log(
            topics.requests(), config.partitions(), RETENTION.toMillis(), BYTES_PER_PARTITION));
  }

  /** The service that listens; none when the config does not say where. */
  public static List<Service> services(
      RequestsConfig config, KafkaConnection kafka, Topics topics, MeterRegistry registry) {
    return config
        .listen()
        .map(ListenAddress::parse)
        .<List<Service>>map(
            address ->
                List.of(
                    new RequestDoor(
                        config,
                        address,
                        new EventWriter(kafka, topics.requests()),
                        registry,
                        InstantSource.system())))
        .orElse(List.of());
  }
}

package dev.freshet.ingest.requests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import dev.freshet.events.Topics;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.TopicProvisioner;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The door on a real Kafka, which is stopped and started under it. */
@Timeout(180)
class RequestIngestIT {

  private final Topics topics = new Topics("doors");

  @Test
  void acceptedMeansKeptAlsoWhenKafkaStopsInBetween() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.builder().start()) {
      KafkaConnection kafka = new KafkaConnection(stack.kafkaBootstrap(), Map.of());
      RequestsConfig config = RequestsConfig.defaults();
      TopicProvisioner.ensure(kafka, RequestIngest.topics(config, topics));
      try (RequestDoor door =
          new RequestDoor(
              config,
              new ListenAddress("127.0.0.1", 0),
              new EventWriter(kafka, topics.requests()),
              new SimpleMeterRegistry(),
              InstantSource.system())) {
        door.start();
        Caller caller = new Caller(door.port());
        assertThat(caller.json(event("before")).statusCode()).isEqualTo(202);

        stack.kafka().stop();
        HttpResponse<byte[]> refused = caller.json(event("while stopped"));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(door.health().state()).isEqualTo(Health.State.DEGRADED);

        stack.kafka().start();
        int status = 0;
        for (int tries = 0; status != 202 && tries < 20; tries++) {
          status = caller.json(event("after")).statusCode();
        }
        assertThat(status).isEqualTo(202);
        assertThat(door.health().state()).isEqualTo(Health.State.RUNNING);
      }
      assertThat(routes(kafka)).contains("before", "after");
    }
  }

  private static String event(String route) {
    return "{\"service\":\"shop\",\"route\":\"%s\",\"duration_ms\":1}".formatted(route);
  }

  private Set<String> routes(KafkaConnection kafka) {
    Set<String> routes = new HashSet<>();
    Properties properties = kafka.clientProperties("test");
    properties.put("group.id", "test");
    properties.put("auto.offset.reset", "earliest");
    RequestReader reader = new RequestReader();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topics.requests()));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (!routes.contains("after") && System.nanoTime() < deadline) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> reader.read(record.value(), 0, new Routes(routes)));
      }
    }
    return routes;
  }

  private record Routes(Set<String> into) implements RequestReader.Sink {
    @Override
    public void request(RequestFields fields) {
      RequestEvent event = fields.toEvent();
      into.add(event.route());
    }

    @Override
    public void rejected(int index, String reason, int offset, int length) {
      throw new AssertionError(reason);
    }
  }
}

package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.metrics.MetricsAggregator;
import dev.freshet.metrics.MetricsConfig;
import dev.freshet.metrics.slo.Slo.Indicator;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Request events over real Kafka to an alert, and on to a webhook that is told when it fires and
 * when it is over, while another webhook is down. Minutes of event time are made by the times that
 * the events carry, so it takes seconds.
 */
public final class AlertScenario {

  private static final Topics TOPICS = new Topics("alerting");
  private static final Patience IMPATIENT =
      new Patience(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofMillis(500));
  private static final Duration LONGEST = Duration.ofSeconds(90);

  private final BlockingQueue<Alert> told = new LinkedBlockingQueue<>();

  private AlertScenario() {}

  /** Runs it, and fails if it does not end as it should. */
  public static void run(KafkaConnection kafka) throws Exception {
    new AlertScenario().play(kafka);
  }

  private void play(KafkaConnection kafka) throws Exception {
    MetricsConfig config = MetricsConfig.defaults();
    TopicProvisioner.ensure(kafka, MetricsAggregator.topics(TOPICS, config));
    TopicProvisioner.ensure(kafka, SloAlerts.topics(TOPICS));
    TopicProvisioner.ensure(kafka, List.of(new TopicSpec(TOPICS.requests(), 1, Map.of())));
    HttpServer webhook = webhook();
    List<Service> services = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      services.addAll(
          SloAlerts.services(
              TOPICS,
              Map.of("errors", ObjectivesTest.slo(Indicator.ERRORS, 0.999)),
              IMPATIENT,
              alerts(webhook.getAddress().getPort()),
              kafka,
              registry));
      services.addAll(MetricsAggregator.services(TOPICS, config, kafka, registry));
      services.forEach(Service::start);
      Instant now = Instant.now();
      send(producer, now.minus(Duration.ofMinutes(50)), 200, 1000);
      send(producer, now.minus(Duration.ofMinutes(3)), 500, 1000);
      send(producer, now, 200, 1); // what is a minute older than this is closed
      assertThat(next("1h/5m").state()).isEqualTo(Alert.State.FIRING);
      send(producer, now.minus(Duration.ofMinutes(2)), 200, 1_000_000);
      Alert over = next("1h/5m");
      assertThat(over.state()).isEqualTo(Alert.State.RESOLVED);
      assertThat(over.bad()).isEqualTo(1000);
    } finally {
      services.forEach(Service::close);
      webhook.stop(0);
    }
  }

  private static AlertsConfig alerts(int port) {
    return new AlertsConfig(
        List.of(
            new Webhook("http://127.0.0.1:1/nobody-is-here", Optional.empty()),
            new Webhook("http://127.0.0.1:" + port + "/hook", Optional.empty())),
        List.of("127.0.0.1"),
        Duration.ofSeconds(1),
        Duration.ofMinutes(15));
  }

  private HttpServer webhook() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          try (exchange) {
            told.add(AlertJson.parse(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
          } catch (MalformedEventException notAnAlert) {
            exchange.sendResponseHeaders(400, -1);
          }
        });
    server.start();
    return server;
  }

  private Alert next(String windows) throws InterruptedException {
    while (true) {
      Alert alert = told.poll(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(alert).as("an alert of " + windows).isNotNull();
      if (alert.windows().equals(windows)) {
        return alert;
      }
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, Instant at, int status, int weight) throws Exception {
    String json =
        "{\"time\":\"%s\",\"service\":\"web\",\"status\":%d,\"duration_ms\":1,\"weight\":%d}"
            .formatted(at, status, weight);
    producer
        .send(new ProducerRecord<>(TOPICS.requests(), json.getBytes(StandardCharsets.UTF_8)))
        .get();
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConnection kafka) {
    return new KafkaProducer<>(
        kafka.clientProperties("alert-scenario"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}

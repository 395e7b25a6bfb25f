package dev.freshet.metrics;

import dev.freshet.events.Topics;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.KafkaConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;

/** What {@code doctor} asks about the aggregator's topics. */
public final class AggregatorCheck {

  private static final int TIMEOUT_MILLIS = 5_000;

  private AggregatorCheck() {}

  /** Whether the topics that exist are kept as needed; nothing when Kafka does not answer. */
  public static List<CheckResult> run(Topics topics, KafkaConnection kafka) {
    Properties properties = kafka.clientProperties("freshet-doctor-metrics");
    properties.put("default.api.timeout.ms", TIMEOUT_MILLIS);
    properties.put("request.timeout.ms", TIMEOUT_MILLIS);
    try (Admin admin = Admin.create(properties)) {
      Set<String> present = admin.listTopics().names().get();
      List<CheckResult> results = new ArrayList<>();
      results.add(policy(admin, present, "metrics.latency", topics.latency(), "compact"));
      results.add(
          policy(admin, present, "metrics.history", topics.latencyMinutes(), "compact,delete"));
      return results;
    } catch (ExecutionException | KafkaException e) {
      return List.of(); // Kafka's own check tells that it does not answer
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static CheckResult policy(
      Admin admin, Set<String> present, String subject, String topic, String wanted)
      throws InterruptedException, ExecutionException {
    if (!present.contains(topic)) {
      return CheckResult.ok(subject, topic + " is not there yet; freshet run creates it");
    }
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> configs = admin.describeConfigs(List.of(resource)).all().get();
    Config config = configs.get(resource);
    String found =
        config == null || config.get("cleanup.policy") == null
            ? ""
            : config.get("cleanup.policy").value();
    boolean asWanted = Set.of(wanted.split(",", -1)).equals(Set.of(found.split(",", -1)));
    return asWanted
        ? CheckResult.ok(subject, topic + " has cleanup.policy " + found)
        : CheckResult.warn(
            subject,
            "%s has cleanup.policy \"%s\"; \"%s\" is expected".formatted(topic, found, wanted),
            "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config cleanup.policy=[%s]"
                .formatted(topic, wanted));
  }
}

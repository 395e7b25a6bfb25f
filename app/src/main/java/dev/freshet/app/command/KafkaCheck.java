package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Roles;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.TopicSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** What {@code doctor} asks Kafka. */
final class KafkaCheck {

  private static final int TIMEOUT_MILLIS = 5_000;

  private KafkaCheck() {}

  static List<CheckResult> run(FreshetConfig config) {
    Properties properties = config.kafka().connection().clientProperties("freshet-doctor");
    properties.put("default.api.timeout.ms", TIMEOUT_MILLIS);
    properties.put("request.timeout.ms", TIMEOUT_MILLIS);
    List<CheckResult> results = new ArrayList<>();
    try (Admin admin = Admin.create(properties)) {
      int brokers = admin.describeCluster().nodes().get().size();
      results.add(
          CheckResult.ok("kafka.reachable", brokers + (brokers == 1 ? " broker" : " brokers")));
      Set<String> present = admin.listTopics().names().get();
      results.add(topics(config, present));
      results.add(deadLetters(admin, config, present));
      return results;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return failed(config, String.valueOf(cause.getMessage()));
    } catch (org.apache.kafka.common.KafkaException e) {
      // Thrown at once for an address that does not resolve or a property that cannot be used.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return failed(config, String.valueOf(cause.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(config, "interrupted");
    }
  }

  private static List<CheckResult> failed(FreshetConfig config, String reason) {
    return List.of(
        CheckResult.fail(
            "kafka.reachable",
            config.kafka().bootstrap() + ": " + reason,
            "check the address under \"kafka\", its credentials, and that Kafka runs"));
  }

  private static CheckResult topics(FreshetConfig config, Set<String> present) {
    Set<String> wanted =
        Roles.all().stream()
            .flatMap(role -> role.topics(config).stream())
            .map(TopicSpec::name)
            .collect(Collectors.toCollection(TreeSet::new));
    int count = wanted.size();
    wanted.removeAll(present);
    return wanted.isEmpty()
        ? CheckResult.ok("kafka.topics", "all %d are there".formatted(count))
        : CheckResult.ok(
            "kafka.topics",
            "%d of %d are there; freshet run creates %s"
                .formatted(count - wanted.size(), count, String.join(", ", wanted)));
  }

  private static CheckResult deadLetters(Admin admin, FreshetConfig config, Set<String> present)
      throws InterruptedException, ExecutionException {
    String topic = config.topics().deadLetters();
    long letters = present.contains(topic) ? records(admin, topic) : 0;
    return letters == 0
        ? CheckResult.ok("kafka.dead-letters", "none")
        : CheckResult.warn(
            "kafka.dead-letters",
            "%d records in %s: what nobody could read, and what became of it"
                .formatted(letters, topic),
            "see which wait, and why: freshet dlq list");
  }

  private static long records(Admin admin, String topic)
      throws InterruptedException, ExecutionException {
    TopicDescription description =
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    long records = 0;
    for (var partition :
        description == null
            ? List.<org.apache.kafka.common.TopicPartitionInfo>of()
            : description.partitions()) {
      TopicPartition at = new TopicPartition(topic, partition.partition());
      records +=
          admin.listOffsets(Map.of(at, OffsetSpec.latest())).partitionResult(at).get().offset()
              - admin
                  .listOffsets(Map.of(at, OffsetSpec.earliest()))
                  .partitionResult(at)
                  .get()
                  .offset();
    }
    return records;
  }
}

package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Roles;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.TopicSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

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
      results.add(deadLetters(config, present));
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

  private static CheckResult deadLetters(FreshetConfig config, Set<String> present) {
    String topic = config.topics().deadLetters();
    long[] waiting = {0};
    long[] settled = {0};
    if (present.contains(topic)) {
      try (TopicReader reader = new TopicReader(config, "freshet-doctor")) {
        LetterBox box = LetterBox.open(reader, topic, Optional.empty());
        box.forEach(
            Optional.empty(),
            (place, letter, record) ->
                (box.outcome(place, letter).isEmpty() ? waiting : settled)[0]++);
      }
    }
    String rest = settled[0] == 0 ? "" : "; %d were redriven or dropped".formatted(settled[0]);
    return waiting[0] == 0
        ? CheckResult.ok("kafka.dead-letters", "none waits" + rest)
        : CheckResult.warn(
            "kafka.dead-letters",
            "%d records that nobody could read wait in %s%s".formatted(waiting[0], topic, rest),
            "see which, and why: freshet dlq list");
  }
}

package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.recording.Manifest;
import dev.freshet.runtime.FreshetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Where recorded topics are replayed to.
 *
 * @param namespace of the recording; may be empty
 * @param into what stands in its place; empty for the topics of the recording
 */
record ReplayTopics(String namespace, Optional<String> into) {

  /** Bytes of the largest record of any topic of Freshet: those of {@code <ns>.commits}. */
  static final int LARGEST_RECORD = 64 << 20;

  private static final int TIMEOUT_MILLIS = 10_000;

  String target(String topic) {
    return into.map(
            prefix ->
                !namespace.isEmpty() && topic.startsWith(namespace + ".")
                    ? prefix + topic.substring(namespace.length())
                    : prefix + "." + topic)
        .orElse(topic);
  }

  /** How many partitions each target needs: as many as were recorded. */
  Map<String, Integer> needed(Optional<Manifest> manifest, List<TopicPartition> streams) {
    Map<String, Integer> needed = new TreeMap<>();
    streams.forEach(
        stream -> needed.merge(target(stream.topic()), stream.partition() + 1, Math::max));
    manifest
        .map(Manifest::topics)
        .orElse(List.of())
        .forEach(topic -> needed.merge(target(topic.name()), topic.partitions(), Math::max));
    return needed;
  }

  /**
   * Creates what is missing; records are kept in it for ever, however old they are.
   *
   * @return the names of the topics created
   */
  static List<String> ensure(FreshetConfig config, Map<String, Integer> needed) {
    Properties all = config.kafka().connection().clientProperties("freshet-replay");
    all.put("default.api.timeout.ms", TIMEOUT_MILLIS);
    all.put("request.timeout.ms", TIMEOUT_MILLIS);
    try (Admin admin = Admin.create(all)) {
      Map<String, Integer> missing = new TreeMap<>(needed);
      missing.keySet().removeAll(admin.listTopics().names().get());
      List<String> present = new ArrayList<>(needed.keySet());
      present.removeAll(missing.keySet());
      Map<String, Integer> counts = new HashMap<>();
      admin
          .describeTopics(present)
          .allTopicNames()
          .get()
          .forEach((name, topic) -> counts.put(name, topic.partitions().size()));
      counts.forEach((name, count) -> requireRoom(name, count, needed.getOrDefault(name, 0)));
      admin
          .createTopics(
              missing.entrySet().stream()
                  .map(
                      topic ->
                          new NewTopic(
                                  topic.getKey(), Optional.of(topic.getValue()), Optional.empty())
                              .configs(
                                  Map.of(
                                      "retention.ms",
                                      "-1",
                                      "max.message.bytes",
                                      Integer.toString(LARGEST_RECORD))))
                  .toList())
          .all()
          .get();
      return List.copyOf(missing.keySet());
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw FreshetException.unreachable(
          "could not prepare the topics",
          "Kafka at %s: %s".formatted(config.kafka().bootstrap(), cause.getMessage()),
          "check the address under \"kafka\", and that Kafka runs; try: freshet doctor",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted", "", "", e);
    }
  }

  private static void requireRoom(String topic, int there, int needed) {
    if (there < needed) {
      throw FreshetException.failed(
          "could not replay into " + topic,
          "it has %d partitions, the recording has %d".formatted(there, needed),
          "records go back to the partition they came from; use --into with another prefix",
          null);
    }
  }
}

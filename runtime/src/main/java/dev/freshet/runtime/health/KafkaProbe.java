package dev.freshet.runtime.health;

import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Kafka, and how far the application's consumer groups are behind: five requests a look. */
public final class KafkaProbe implements Probe {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final OffsetSpec END = OffsetSpec.latest();

  private final KafkaConnection kafka;
  private final String groupPrefix;
  private @Nullable Admin admin;

  /**
   * @param namespace stands before the name of every group, with a dash
   */
  public KafkaProbe(KafkaConnection kafka, String namespace) {
    this.kafka = kafka;
    this.groupPrefix = namespace + "-";
  }

  @Override
  public String component() {
    return "kafka";
  }

  @Override
  public String instance() {
    return kafka.bootstrap();
  }

  @Override
  public List<Reading> read() throws Exception {
    Admin asked = connected();
    List<Reading> found = new ArrayList<>();
    found.add(Reading.of(Figure.KAFKA_BROKERS, await(asked.describeCluster().nodes()).size()));
    List<String> groups =
        await(asked.listGroups().all()).stream()
            .map(GroupListing::groupId)
            .filter(group -> group.startsWith(groupPrefix))
            .sorted()
            .limit(MOST_OF_A_KIND)
            .toList();
    if (groups.isEmpty()) {
      return found;
    }
    Map<String, ListConsumerGroupOffsetsSpec> wanted = new HashMap<>();
    groups.forEach(group -> wanted.put(group, new ListConsumerGroupOffsetsSpec()));
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
        await(asked.listConsumerGroupOffsets(wanted).all());
    // A group remembers topics that were deleted; asking for their ends would wait in vain.
    Set<String> topics = await(asked.listTopics().names());
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    committed.values().stream()
        .flatMap(of -> of.keySet().stream())
        .filter(partition -> topics.contains(partition.topic()))
        .forEach(partition -> partitions.put(partition, END));
    Map<TopicPartition, ListOffsetsResultInfo> ends = await(asked.listOffsets(partitions).all());
    for (String group : groups) {
      found.add(
          Reading.of(
              Figure.KAFKA_CONSUMER_LAG,
              "group",
              group,
              lag(committed.getOrDefault(group, Map.of()), ends)));
    }
    return found;
  }

  private static long lag(
      Map<TopicPartition, @Nullable OffsetAndMetadata> committed,
      Map<TopicPartition, ListOffsetsResultInfo> ends) {
    long lag = 0;
    for (Map.Entry<TopicPartition, @Nullable OffsetAndMetadata> one : committed.entrySet()) {
      ListOffsetsResultInfo end = ends.get(one.getKey());
      OffsetAndMetadata read = one.getValue();
      if (end != null && read != null) {
        lag += Math.max(0, end.offset() - read.offset());
      }
    }
    return lag;
  }

  private Admin connected() {
    Admin known = admin;
    if (known == null) {
      Properties properties =
          kafka.clientProperties("freshet-health-" + System.identityHashCode(this));
      properties.put("default.api.timeout.ms", Integer.toString((int) TIMEOUT.toMillis()));
      properties.put("request.timeout.ms", Integer.toString((int) TIMEOUT.toMillis()));
      known = Admin.create(properties);
      admin = known;
    }
    return known;
  }

  private static <T> T await(KafkaFuture<T> answer)
      throws ExecutionException, InterruptedException, TimeoutException {
    return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    Admin known = admin;
    if (known != null) {
      known.close(TIMEOUT);
    }
  }
}

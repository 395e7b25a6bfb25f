package dev.freshet.console;

import dev.freshet.console.model.StageLags;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far the consumer groups of the streams are behind, as Kafka's own bookkeeping says. */
final class GroupLags implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 5_000;

  private final Admin admin;
  private final Map<StageLags.Stage, String> groups;

  GroupLags(KafkaConnection kafka, Topics topics) {
    Properties properties = kafka.clientProperties(topics.namespace() + "-console-lags");
    properties.remove("group.instance.id");
    properties.put("default.api.timeout.ms", TIMEOUT_MILLIS);
    properties.put("request.timeout.ms", TIMEOUT_MILLIS);
    this.admin = Admin.create(properties);
    this.groups =
        Map.of(
            StageLags.Stage.STREAM, topics.namespace() + "-invalidation-stream",
            StageLags.Stage.METRICS, topics.namespace() + "-metrics-aggregator");
  }

  /** Asks Kafka; what it does not say is left out. */
  Map<StageLags.Stage, Long> read() throws InterruptedException {
    Map<StageLags.Stage, Long> lags = new EnumMap<>(StageLags.Stage.class);
    for (var group : groups.entrySet()) {
      try {
        Map<TopicPartition, OffsetAndMetadata> at =
            admin
                .listConsumerGroupOffsets(group.getValue())
                .partitionsToOffsetAndMetadata()
                .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        if (!at.isEmpty()) {
          lags.put(group.getKey(), behind(at));
        }
      } catch (ExecutionException | TimeoutException unknown) {
        // Left out: the page says that it is not known.
      }
    }
    return lags;
  }

  private long behind(Map<TopicPartition, OffsetAndMetadata> committed)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
    committed.keySet().forEach(at -> ask.put(at, OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> ends =
        admin.listOffsets(ask).all().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    long behind = 0;
    for (var at : committed.entrySet()) {
      ListOffsetsResultInfo end = ends.get(at.getKey());
      if (end != null && at.getValue() != null) {
        behind += Math.max(0, end.offset() - at.getValue().offset());
      }
    }
    return behind;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}

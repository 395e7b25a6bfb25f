package dev.freshet.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.errors.TopologyException;
import org.apache.kafka.streams.processor.StandbyUpdateListener.SuspendReason;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;

class StreamsServiceTest {

  private static final KafkaConnection NOWHERE = new KafkaConnection("127.0.0.1:1", Map.of());

  private static final TaskId TASK = new TaskId(0, 0);

  @Test
  void whatNobodyNamedIsRefusedInEveryRole() {
    Properties settings = StreamsService.properties("shop-any", NOWHERE, new Properties());
    StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(settings)));
    builder.stream("in").groupByKey().count();
    assertThatThrownBy(() -> builder.build(settings))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("KSTREAM-AGGREGATE-STATE-STORE-0000000001");
    assertThat(settings)
        .containsEntry(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
  }

  @Test
  void stateThatComesBackIsCountedWithTheTimeItTook() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    long[] now = {0};
    RestoredState restored = new RestoredState("view-totals", registry, () -> now[0]);
    TopicPartition changelog = new TopicPartition("changelog", 0);
    restored.onRestoreStart(changelog, "state", 0, 3_000);
    restored.onBatchRestored(changelog, "state", 1_000, 1_000);
    restored.onBatchRestored(changelog, "state", 3_000, 2_000);
    now[0] = 1_500_000_000L;
    restored.onRestoreEnd(changelog, "state", 3_000);
    assertThat(restored).hasToString("3,000 records of state restored");
    assertThat(count(registry, "restored.records")).isEqualTo(3_000);
    assertThat(count(registry, "restore.seconds")).isEqualTo(1.5);
  }

  @Test
  void aCopyTellsHowFarBehindItIsUntilItIsTheOneThatWorks() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    RestoredState restored = new RestoredState("view-totals", registry, () -> 0);
    TopicPartition changelog = new TopicPartition("changelog", 0);
    restored.onUpdateStart(changelog, "state", 0);
    restored.onBatchLoaded(changelog, "state", TASK, 99, 100, 150);
    assertThat(lag(registry)).isEqualTo(50);
    restored.onBatchLoaded(changelog, "state", TASK, 149, 50, 150);
    assertThat(lag(registry)).isZero();
    assertThat(count(registry, "standby.records")).isEqualTo(150);
    restored.onBatchLoaded(changelog, "state", TASK, 149, 0, 200);
    restored.onUpdateSuspended(changelog, "state", 149, 200, SuspendReason.PROMOTED);
    assertThat(lag(registry)).isZero();
  }

  private static double count(SimpleMeterRegistry registry, String name) {
    return registry.get("freshet.state." + name).tag("service", "view-totals").counter().count();
  }

  private static double lag(SimpleMeterRegistry registry) {
    return registry.get("freshet.state.standby.lag.records").gauge().value();
  }
}

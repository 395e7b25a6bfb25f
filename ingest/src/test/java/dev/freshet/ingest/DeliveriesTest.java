package dev.freshet.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

class DeliveriesTest {

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final AtomicInteger beats = new AtomicInteger();
  private final List<Long> commits = new ArrayList<>();
  private final Deliveries deliveries =
      new Deliveries(producer, "beats", beats::incrementAndGet, commits::add);

  private static SourceRecord change(String topic, long lsn) {
    return new SourceRecord(
        Map.of("server", "s"), Map.of("lsn", lsn), topic, Schema.STRING_SCHEMA, "v" + lsn);
  }

  @Test
  void thePositionFollowsAcknowledgementsInOrder() throws InterruptedException {
    for (long lsn : List.of(1L, 2L, 3L)) {
      deliveries.send(change("t", lsn));
    }
    assertThat(deliveries.position()).isEmpty();
    producer.completeNext();
    producer.completeNext();
    deliveries.settle();
    assertThat(deliveries.position()).hasValue(Map.of("lsn", 2L));
    producer.completeNext();
    deliveries.settleAll();
    assertThat(deliveries.position()).hasValue(Map.of("lsn", 3L));
  }

  @Test
  void aNoticeWithoutAPlaceInTheLogDoesNotMoveThePosition() throws InterruptedException {
    deliveries.send(change("t", 1));
    deliveries.send(new SourceRecord(Map.of(), Map.of(), "n", Schema.STRING_SCHEMA, "started"));
    producer.completeNext();
    producer.completeNext();
    deliveries.settleAll();
    assertThat(deliveries.position()).hasValue(Map.of("lsn", 1L));
  }

  @Test
  void aChangeTellsWhenItWasCommittedAsSoonAsKafkaHasIt() throws InterruptedException {
    Schema origin = SchemaBuilder.struct().field("ts_us", Schema.INT64_SCHEMA).build();
    Schema change = SchemaBuilder.struct().field("source", origin).build();
    Struct value = new Struct(change).put("source", new Struct(origin).put("ts_us", 17L));
    deliveries.send(new SourceRecord(Map.of(), Map.of(), "t", change, value));
    assertThat(commits).isEmpty();
    producer.completeNext();
    assertThat(commits).containsExactly(17L);
    deliveries.send(new SourceRecord(Map.of(), Map.of(), "beats", change, value));
    producer.completeNext();
    assertThat(commits).as("a heartbeat is no change").containsExactly(17L);
  }

  @Test
  void afterAFailedSendNothingMoreIsSentAndThePositionStays() throws InterruptedException {
    deliveries.send(change("t", 1));
    deliveries.send(change("t", 2));
    producer.completeNext();
    producer.errorNext(new TimeoutException("no answer"));
    assertThatThrownBy(() -> deliveries.send(change("beats", 3)))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("topic t")
        .hasRootCauseMessage("no answer");
    assertThat(deliveries.position()).hasValue(Map.of("lsn", 1L));
    assertThat(producer.history()).hasSize(2);
    assertThat(beats).hasValue(0);
  }

  @Test
  void aHeartbeatWaitsForEverythingBeforeIt() throws Exception {
    deliveries.send(change("t", 1));
    Thread sender =
        new Thread(
            () -> {
              try {
                deliveries.send(change("beats", 2));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    sender.start();
    Pipeline.until("the sender waits", () -> sender.getState() == Thread.State.TIMED_WAITING);
    assertThat(producer.history()).hasSize(1);
    producer.completeNext();
    sender.join(10_000);
    assertThat(producer.history()).hasSize(2);
  }
}

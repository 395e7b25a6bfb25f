package dev.freshet.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SinkServiceTest {

  private static final String TOPIC = "shop.invalidations";
  private static final TopicPartition P0 = new TopicPartition(TOPIC, 0);

  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
  private final Store store = new Store();
  private SinkService service;

  /** Remembers offsets, hands over what it applied, fails as often as it is told. */
  private static final class Store implements Sink {
    final Map<Integer, Long> next = new ConcurrentHashMap<>();
    final BlockingQueue<Long> applied = new LinkedBlockingQueue<>();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger losses = new AtomicInteger();
    final List<String> missed = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    @Override
    public void missed(int partition, long wanted, long held) {
      missed.add("%d: %d to %d".formatted(partition, wanted, held));
    }

    @Override
    public Map<Integer, Long> nextOffsets(Assignment assignment) {
      failIfTold();
      return Map.copyOf(next);
    }

    @Override
    public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
      failIfTold();
      if (losses.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new PositionLostException("the store forgot");
      }
      batch.forEach(record -> applied.add(record.offset()));
    }

    private void failIfTold() {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("the store does not answer");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @BeforeEach
  void prepare() {
    consumer.updateBeginningOffsets(Map.of(P0, 0L));
    consumer.updateEndOffsets(Map.of(P0, 100L));
    consumer.updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, null, null, null)));
    service = new SinkService("sink", TOPIC, () -> consumer, () -> store);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private void start() {
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(P0));
        });
    service.start();
  }

  private void add(long offset) {
    consumer.schedulePollTask(
        () -> consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, offset, new byte[0], new byte[0])));
  }

  private long nextApplied() throws InterruptedException {
    Long offset = store.applied.poll(10, TimeUnit.SECONDS);
    assertThat(offset).as("nothing was applied in time").isNotNull();
    return offset;
  }

  @Test
  void appliesWhatComes() throws InterruptedException {
    start();
    add(0);
    add(1);
    assertThat(nextApplied()).isEqualTo(0);
    assertThat(nextApplied()).isEqualTo(1);
    assertThat(service.health().state()).isEqualTo(Health.State.RUNNING);
  }

  @Test
  void startsWhereTheStoreSaysNotWhereKafkaThinks() throws InterruptedException {
    store.next.put(0, 42L);
    start();
    add(41);
    add(42);
    assertThat(nextApplied()).isEqualTo(42);
  }

  @Test
  void startsAtTheEarliestWhenTheStoreAsksForWhatIsGone() throws InterruptedException {
    consumer.updateBeginningOffsets(Map.of(P0, 50L));
    store.next.put(0, 42L);
    start();
    add(50);
    assertThat(nextApplied()).isEqualTo(50);
    assertThat(store.missed).containsExactly("0: 42 to 50");
  }

  @Test
  void triesTheSameBatchAgainUntilTheStoreAnswers() throws InterruptedException {
    start();
    add(0);
    assertThat(nextApplied()).isEqualTo(0);
    store.failures.set(3);
    add(1);
    add(2);
    assertThat(nextApplied()).isEqualTo(1);
    assertThat(nextApplied()).isEqualTo(2);
    assertThat(store.applied).isEmpty();
  }

  @Test
  void goesBackToWhatTheStoreRemembersWhenItForgot() throws InterruptedException {
    store.next.put(0, 1L);
    start();
    add(1);
    assertThat(nextApplied()).isEqualTo(1);
    store.losses.set(1);
    store.next.put(0, 5L);
    add(2);
    consumer.schedulePollTask(() -> {}); // the poll after the seek
    add(5);
    assertThat(nextApplied()).isEqualTo(5);
  }

  @Test
  void aBatchThatPartlyWentToAnotherMemberIsAppliedAsFarAsItIsStillOurs()
      throws InterruptedException {
    TopicPartition p1 = new TopicPartition(TOPIC, 1);
    consumer.updateBeginningOffsets(Map.of(p1, 0L));
    consumer.updateEndOffsets(Map.of(p1, 100L));
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(P0, p1)));
    consumer.schedulePollTask(
        () -> {
          store.failures.set(1);
          consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 0, new byte[0], new byte[0]));
          consumer.addRecord(new ConsumerRecord<>(TOPIC, 1, 77, new byte[0], new byte[0]));
        });
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(P0)));
    service.start(); // all is scheduled before: one task a poll, in this order
    assertThat(nextApplied()).isEqualTo(0);
    add(1);
    assertThat(nextApplied()).isEqualTo(1);
    assertThat(store.applied).isEmpty();
    assertThat(service.rebalances()).isEqualTo(1);
  }

  @Test
  void whoHasNoPartitionStandsBy() throws InterruptedException {
    start();
    add(0);
    assertThat(nextApplied()).isEqualTo(0);
    store.failures.set(1000);
    add(1);
    awaitHealth(Health.State.DEGRADED);
    consumer.schedulePollTask(() -> consumer.rebalance(List.of()));
    awaitHealth(Health.State.RUNNING);
  }

  private void awaitHealth(Health.State state) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (service.health().state() != state && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(service.health().state()).isEqualTo(state);
  }

  @Test
  void waitsForAStoreThatIsDownWhenItStarts() throws InterruptedException {
    store.failures.set(3);
    store.next.put(0, 7L);
    start();
    add(7);
    assertThat(nextApplied()).isEqualTo(7);
  }

  @Test
  void closesItsStore() {
    start();
    service.close();
    assertThat(store.closed).isTrue();
    assertThat(service.health().state()).isEqualTo(Health.State.STOPPED);
  }

  @Test
  void anUnreachableStoreAtTheStartIsToldAsItIs() {
    FreshetException told =
        FreshetException.unreachable("no Redis", "127.0.0.1:1", "start it", null);
    service =
        new SinkService(
            "sink",
            TOPIC,
            () -> consumer,
            () -> {
              throw told;
            });
    assertThatThrownBy(() -> service.start()).isSameAs(told);
    assertThat(service.health().state()).isEqualTo(Health.State.FAILED);
  }
}

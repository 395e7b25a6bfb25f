package dev.freshet.ingest;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Changes on their way to Kafka, in the order of the log. The position is that of the last change
 * before which everything is acknowledged; a failed send ends the run and never moves it. Belongs
 * to one thread.
 */
final class Deliveries {

  /** Changes sent and not yet acknowledged; the producer bounds their bytes. */
  static final int MOST_IN_FLIGHT = 8192;

  /** Longer than the producer's own delivery timeout, which gives the better reason. */
  private static final Duration LONGEST_WAIT = KafkaProducers.DELIVERY_TIMEOUT.plusSeconds(15);

  private record Sent(SourceRecord source, Future<RecordMetadata> acknowledgement) {}

  private final Producer<byte @Nullable [], byte @Nullable []> producer;
  private final ConnectRecords records = new ConnectRecords();
  private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
  private final String barrierTopic;
  private final Runnable barrierPassed;
  private final LongConsumer committed;
  private @Nullable SourceRecord lastSettled;

  /**
   * @param barrierTopic before a record of this topic is sent, all earlier ones are acknowledged
   * @param barrierPassed told each time such a record is acknowledged
   * @param committed told when each other change was committed, microseconds since 1970, as soon as
   *     it is acknowledged, on the producer's thread
   */
  Deliveries(
      Producer<byte @Nullable [], byte @Nullable []> producer,
      String barrierTopic,
      Runnable barrierPassed,
      LongConsumer committed) {
    this.producer = producer;
    this.barrierTopic = barrierTopic;
    this.barrierPassed = barrierPassed;
    this.committed = committed;
  }

  /** Sends one change; blocks while too many are under way. */
  void send(SourceRecord source) throws InterruptedException {
    if (source.topic().equals(barrierTopic)) {
      settleAll();
    }
    while (inFlight.size() >= MOST_IN_FLIGHT) {
      settleFirst();
    }
    settle(); // a failure stops the sending of later changes, above all of heartbeats
    long micros = source.topic().equals(barrierTopic) ? 0 : committedMicros(source);
    inFlight.add(
        new Sent(
            source,
            producer.send(
                records.of(source),
                (metadata, failure) -> {
                  if (failure == null && micros > 0) {
                    committed.accept(micros);
                  }
                })));
  }

  /** 0 for what is no row change, as the tombstone behind a delete. */
  private static long committedMicros(SourceRecord source) {
    if (source.value() instanceof Struct change && change.schema().field("source") != null) {
      Struct origin = change.getStruct("source");
      Object micros = origin.schema().field("ts_us") == null ? null : origin.get("ts_us");
      return micros instanceof Long known ? known : 0;
    }
    return 0;
  }

  /** Takes note of what has been acknowledged so far; does not block. */
  void settle() throws InterruptedException {
    for (Sent first = inFlight.peek();
        first != null && first.acknowledgement().isDone();
        first = inFlight.peek()) {
      settleFirst();
    }
  }

  /** Waits until everything sent is acknowledged. */
  void settleAll() throws InterruptedException {
    while (!inFlight.isEmpty()) {
      settleFirst();
    }
  }

  private void settleFirst() throws InterruptedException {
    Sent first = inFlight.element();
    try {
      first.acknowledgement().get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed(first, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw failed(first, e);
    }
    inFlight.remove();
    if (!first.source().sourceOffset().isEmpty()) {
      lastSettled = first.source(); // a notice about a snapshot stands nowhere in the log
    }
    if (first.source().topic().equals(barrierTopic)) {
      barrierPassed.run();
    }
  }

  private static KafkaException failed(Sent sent, Throwable cause) {
    return new KafkaException(
        "a change for topic %s did not reach Kafka".formatted(sent.source().topic()), cause);
  }

  /** The position of the last settled change, in Debezium's terms. */
  Optional<Map<String, ?>> position() {
    return Optional.ofNullable(lastSettled).map(SourceRecord::sourceOffset);
  }
}

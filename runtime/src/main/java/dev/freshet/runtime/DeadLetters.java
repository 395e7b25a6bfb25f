package dev.freshet.runtime;

import dev.freshet.events.DeadLetter;
import dev.freshet.events.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Records on their way to the dead-letter topic, all in one form: the record as it was, and behind
 * its headers a {@link DeadLetter}. Their timestamp is when they were given up, so that the topic's
 * retention counts from there.
 */
public final class DeadLetters {

  /** Bytes of the largest dead letter: far more than a topic of records takes by default. */
  public static final int LARGEST = 16 << 20;

  private static final Duration RETENTION = Duration.ofDays(14);
  private static final long RETENTION_BYTES = 256L << 20;

  private DeadLetters() {}

  /** The topic every role writes them to. */
  public static TopicSpec topic(Topics topics) {
    return new TopicSpec(
        topics.deadLetters(),
        1,
        Map.of(
            "retention.ms", Long.toString(RETENTION.toMillis()),
            "retention.bytes", Long.toString(RETENTION_BYTES),
            "max.message.bytes", Integer.toString(LARGEST)));
  }

  /** The record a topology is processing, to be forwarded to the sink of dead letters. */
  public static Record<byte[], byte[]> of(
      ProcessorContext<?, ?> context, Record<byte[], byte[]> record, String stage, String reason) {
    return of(context, record, stage, reason, DeadLetter.Part.WHOLE);
  }

  /** A part of the record a topology is processing, to be forwarded to the sink. */
  public static Record<byte[], byte[]> of(
      ProcessorContext<?, ?> context,
      Record<byte[], byte[]> record,
      String stage,
      String reason,
      DeadLetter.Part part) {
    RecordMetadata from = context.recordMetadata().orElseThrow();
    DeadLetter letter =
        new DeadLetter(
            from.topic(),
            from.partition(),
            from.offset(),
            record.timestamp(),
            stage,
            reason,
            context.currentSystemTimeMs(),
            part);
    return record.withTimestamp(letter.timeMillis()).withHeaders(with(record.headers(), letter));
  }

  /** A record of a consumer, to be sent. */
  public static ProducerRecord<byte[], byte[]> of(
      ConsumerRecord<byte[], byte[]> record,
      String topic,
      String stage,
      String reason,
      long nowMillis) {
    DeadLetter letter =
        new DeadLetter(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            stage,
            reason,
            nowMillis,
            DeadLetter.Part.WHOLE);
    return new ProducerRecord<>(
        topic, null, nowMillis, record.key(), record.value(), with(record.headers(), letter));
  }

  /** A copy of the headers with the letter behind them. */
  public static Headers with(Headers headers, DeadLetter letter) {
    Headers all = new RecordHeaders(headers);
    letter.addTo(all);
    return all;
  }
}

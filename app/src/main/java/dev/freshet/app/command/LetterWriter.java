package dev.freshet.app.command;

import dev.freshet.app.FreshetConfig;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.DeadLetterMark;
import dev.freshet.events.DeadLetterMark.Outcome;
import dev.freshet.events.DeadLetterMark.Place;
import dev.freshet.runtime.DeadLetters;
import dev.freshet.runtime.FreshetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends dead letters back to where they came from, and marks what became of them.
 *
 * <p>A record that goes back and its mark are one Kafka transaction: a letter is never sent without
 * its mark, whenever the process dies. One at a time per namespace: a second one ends the first.
 */
final class LetterWriter implements AutoCloseable {

  /** Names the letter a record was sent again from. */
  static final String REDRIVEN = "freshet.redriven";

  private static final int MOST_IN_ONE = 100; // letters in a transaction
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final String bootstrap;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();
  private int open;

  private LetterWriter(Producer<byte[], byte[]> producer, String topic, String bootstrap) {
    this.producer = producer;
    this.topic = topic;
    this.bootstrap = bootstrap;
  }

  /** A writer, once whoever wrote before has ended or was ended. */
  static LetterWriter open(FreshetConfig config) {
    Properties all = config.kafka().connection().clientProperties("freshet-dlq");
    all.put("transactional.id", config.namespace() + "-dlq");
    all.put("max.request.size", Integer.toString(DeadLetters.LARGEST));
    all.put("max.block.ms", Integer.toString(TIMEOUT_MILLIS));
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    LetterWriter writer =
        new LetterWriter(producer, config.topics().deadLetters(), config.kafka().bootstrap());
    try {
      writer.orFailed(producer::initTransactions);
    } catch (FreshetException e) {
      producer.close();
      throw e;
    }
    return writer;
  }

  /** Sends the record to where it came from, as it was, and marks its letter. */
  void redrive(Place place, DeadLetter letter, ConsumerRecord<byte[], byte[]> record) {
    Headers headers = DeadLetter.original(record.headers());
    headers.remove(REDRIVEN);
    headers.add(REDRIVEN, (topic + ":" + place).getBytes(StandardCharsets.UTF_8));
    begin();
    send(
        new ProducerRecord<>(
            letter.topic(),
            letter.partition(),
            letter.timestampMillis() < 0 ? null : letter.timestampMillis(),
            record.key(),
            record.value(),
            headers));
    mark(place, letter, Outcome.REDRIVEN);
  }

  /** Marks a letter as of no use any more. */
  void drop(Place place, DeadLetter letter) {
    begin();
    mark(place, letter, Outcome.DROPPED);
  }

  private void mark(Place place, DeadLetter letter, Outcome outcome) {
    ProducerRecord<byte[], byte[]> mark =
        new ProducerRecord<>(topic, place.partition(), null, null);
    new DeadLetterMark(place, outcome, DeadLetterMark.originOf(letter)).addTo(mark.headers());
    send(mark);
    open++;
    if (open >= MOST_IN_ONE) {
      commit();
    }
  }

  private void begin() {
    if (open == 0) {
      orFailed(producer::beginTransaction);
    }
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    orFailed(
        () -> {
          Future<RecordMetadata> one = producer.send(record);
          if (one.isDone()) {
            one.get(); // without metadata it has failed already: the next would wait as long again
          }
          sent.add(one);
        });
  }

  /** Ends the transaction that is open, if one is. */
  void commit() {
    if (open == 0) {
      return;
    }
    orFailed(
        () -> {
          producer.flush();
          for (Future<RecordMetadata> one : sent) {
            one.get();
          }
          producer.commitTransaction();
        });
    sent.clear();
    open = 0;
  }

  private interface Writing {
    void run() throws ExecutionException, InterruptedException;
  }

  private void orFailed(Writing writing) {
    try {
      writing.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted", "", "", e);
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw FreshetException.unreachable(
          "could not write to Kafka",
          "Kafka at %s: %s".formatted(bootstrap, cause.getMessage()),
          "what was not committed is as it was; look with: freshet dlq list --all",
          e);
    }
  }

  /** Closes; what was not committed is aborted by Kafka. */
  @Override
  public void close() {
    producer.close(java.time.Duration.ofMillis(TIMEOUT_MILLIS));
  }
}

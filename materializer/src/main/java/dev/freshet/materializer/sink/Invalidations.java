package dev.freshet.materializer.sink;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Stale tags of view rows, on their way to {@code <ns>.invalidations}.
 *
 * <p>Their cause is the transaction that wrote the rows to the view's table: an entry that was
 * loaded from the table before it is refused or deleted, one loaded after it stays. At least once.
 * Used by one thread.
 */
public final class Invalidations implements AutoCloseable {

  /** Tags of one record. */
  private static final int MOST_TAGS = 200;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final TableName table;
  private final List<Future<RecordMetadata>> underWay = new ArrayList<>();

  /**
   * @param table the view's
   */
  public Invalidations(KafkaConnection kafka, Topics topics, TableName table) {
    this.topic = topics.invalidations();
    this.table = table;
    Properties all = kafka.clientProperties(topics.namespace() + "-view-tags");
    all.put("acks", "all");
    all.put("linger.ms", "0");
    this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Sends tags without waiting.
   *
   * @param xid the low 32 bits of the transaction that wrote the rows, or of a later one
   */
  void send(Set<String> tags, long xid, Registry.Told told) {
    Instant committed = Instant.parse(told.committed());
    ChangeSource source =
        new ChangeSource(
            table,
            "",
            Lsn.parse(told.lsn()),
            xid,
            ChronoUnit.MICROS.between(Instant.EPOCH, committed));
    Set<String> some = new HashSet<>();
    for (String tag : tags) {
      some.add(tag);
      if (some.size() == MOST_TAGS) {
        send(some, source);
        some.clear();
      }
    }
    if (!some.isEmpty()) {
      send(some, source);
    }
  }

  private void send(Set<String> tags, ChangeSource source) {
    Invalidation stale =
        new Invalidation.Stale(tags, Set.of(), Set.of(), new Invalidation.Cause('u', source));
    underWay.add(producer.send(new ProducerRecord<>(topic, InvalidationJson.write(stale))));
  }

  /**
   * Waits until Kafka has everything that was sent.
   *
   * @throws FreshetException when it has not
   */
  void await() {
    try {
      for (Future<RecordMetadata> one : underWay) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw FreshetException.unreachable(
          "tags of view rows could not be written", String.valueOf(e.getCause()), "", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while writing tags", "", "", e);
    } finally {
      underWay.clear();
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}

package dev.freshet.materializer.sink;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import dev.freshet.events.TablePosition;
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
 * What others are told once a view's table shows it: stale tags of its rows, on their way to {@code
 * <ns>.invalidations}, and where it stands, on its way to {@code <ns>.view-tables}.
 *
 * <p>The cause of tags is the transaction that wrote the rows to the view's table: an entry that
 * was loaded from the table before it is refused or deleted, one loaded after it stays. Tags arrive
 * at least once; of positions, one that is lost is made up for by the next. Used by one thread.
 */
public final class Announcements implements AutoCloseable {

  /** Tags of one record. */
  private static final int MOST_TAGS = 200;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String invalidations;
  private final String positions;
  private final TableName table;
  private final List<Future<RecordMetadata>> underWay = new ArrayList<>();

  /**
   * @param table the view's
   */
  public Announcements(KafkaConnection kafka, Topics topics, TableName table) {
    this.invalidations = topics.invalidations();
    this.positions = topics.viewTables();
    this.table = table;
    Properties all = kafka.clientProperties(topics.namespace() + "-view-tags");
    all.put("acks", "all");
    all.put("linger.ms", "0");
    this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Sends where the table stands, and does not wait for it: the next position is seconds away. */
  void stands(String view, Registry.Told told) {
    TablePosition at = new TablePosition(view, Lsn.parse(told.lsn()), told.committed());
    Future<RecordMetadata> unused =
        producer.send(new ProducerRecord<>(positions, at.key(), at.value()));
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
    underWay.add(producer.send(new ProducerRecord<>(invalidations, InvalidationJson.write(stale))));
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

package dev.freshet.endtoend.peers;

import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.Lsn;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Sink;
import dev.freshet.runtime.SinkService;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The way of invalidations to {@link PeerCache}s: a second reader of the topic Freshet's own sink
 * reads. Each stale tag goes to every peer, as a key.
 *
 * <p>At least once, from the beginning of the topic; while Redis or the database does not answer,
 * it tries again. Thread-safe.
 */
public final class PeerFeed implements AutoCloseable {

  /** Where the log of the primary ends now, as far as it is flushed. */
  public interface LogEnd {
    Lsn ask() throws SQLException;
  }

  private final LogEnd logEnd;
  private final List<PeerCache> peers;
  private final SinkService service;
  private final Map<Integer, Lsn> watermarks = new ConcurrentHashMap<>();

  /**
   * A feed that is not started yet.
   *
   * @param logEnd asked once per batch: a position behind everything in it. An invalidation names
   *     where its change stands in the log, which is before its commit; a cache that compares
   *     positions needs one behind.
   */
  public PeerFeed(KafkaConnection kafka, Topics topics, LogEnd logEnd, List<PeerCache> peers) {
    this.logEnd = logEnd;
    this.peers = List.copyOf(peers);
    this.service =
        new SinkService(
            "peer-feed",
            topics.invalidations(),
            topics.namespace() + "-peers",
            kafka,
            PeerSink::new);
  }

  /** Starts reading; the topic must exist. */
  public void start() {
    service.start();
  }

  /** Every change that stands before this in the log has reached the peers; 0 if none did. */
  public Lsn applied() {
    return watermarks.isEmpty() ? new Lsn(0) : Collections.min(watermarks.values());
  }

  @Override
  public void close() {
    service.close();
  }

  /** Remembers how far it got as long as it lives; duplicates are harmless. For one thread. */
  private final class PeerSink implements Sink {
    private final Map<Integer, Long> next = new HashMap<>();

    @Override
    public Map<Integer, Long> nextOffsets(Assignment assignment) {
      for (int partition : assignment.partitions()) {
        next.putIfAbsent(partition, 0L);
        watermarks.putIfAbsent(partition, new Lsn(0));
      }
      return next;
    }

    @Override
    public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
      Lsn behind = behindAll();
      for (ConsumerRecord<byte[], byte[]> record : batch) {
        Invalidation invalidation = parse(record);
        if (invalidation instanceof Invalidation.Stale stale) {
          stale.tags().forEach(key -> peers.forEach(peer -> peer.invalidate(key, behind)));
        } else if (invalidation instanceof Invalidation.Watermark mark) {
          watermarks.put(record.partition(), mark.lsn());
        }
        next.put(record.partition(), record.offset() + 1);
      }
    }

    private Lsn behindAll() {
      try {
        return logEnd.ask();
      } catch (SQLException e) {
        throw new IllegalStateException("the end of the log is not known", e);
      }
    }

    private static Invalidation parse(ConsumerRecord<byte[], byte[]> record) {
      try {
        return InvalidationJson.parse(record.value());
      } catch (MalformedEventException e) {
        throw new IllegalStateException("nobody but Freshet writes to this topic", e);
      }
    }

    @Override
    public void close() {
      // The caches and their connections are the caller's.
    }
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.endtoend.peers.LeaseCache;
import dev.freshet.endtoend.peers.LsnCache;
import dev.freshet.endtoend.peers.PeerCache;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.runtime.Sink;
import io.lettuce.core.api.StatefulRedisConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A design to compare with, fed by the same invalidations. A key is its own and only tag.
 *
 * @param design makes one from a connection and a prefix of keys
 */
record Peer(
    String name, BiFunction<StatefulRedisConnection<String, String>, String, PeerCache> design)
    implements Variant {

  static Variant lease() {
    return new Peer("lease", LeaseCache::new);
  }

  static Variant lsn() {
    return new Peer("lsn", LsnCache::new);
  }

  @Override
  public boolean promisesAll() {
    return false;
  }

  @Override
  public Side open(Surroundings surroundings, long xidOffset) {
    StatefulRedisConnection<String, String> connection = surroundings.connect();
    PeerCache peer = design.apply(connection, name + ":");
    return new Side() {
      @Override
      public Cache cache() {
        return new PeerSubjects(peer);
      }

      @Override
      public Sink openSink() {
        return new PeerSink(peer);
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }

  private record PeerSubjects(PeerCache peer) implements Cache {

    @Override
    public Optional<String> get(Subject subject) {
      return peer.get(subject.key());
    }

    @Override
    public Attempt begin(Subject subject) {
      return new PeerAttempt(peer, subject);
    }
  }

  private static final class PeerAttempt implements Attempt {
    private final PeerCache peer;
    private final Subject subject;
    private Optional<PeerCache.Miss> miss = Optional.empty();

    PeerAttempt(PeerCache peer, Subject subject) {
      this.peer = peer;
      this.subject = subject;
    }

    @Override
    public void fence(Connection connection) throws SQLException {
      miss = peer.miss(subject.key(), connection);
    }

    @Override
    public Attempt with(Subject other) {
      throw new UnsupportedOperationException("a peer has no tags");
    }

    @Override
    public String fill(String value, Duration timeToLive) {
      if (miss.isEmpty()) {
        return "busy";
      }
      return peer.fill(miss.get(), value, timeToLive) ? STORED : "later";
    }

    @Override
    public String told() {
      return miss.map(PeerCache.Miss::token).orElse("none");
    }
  }

  /** Remembers nothing: a peer meets no fault that would make it go back. */
  private record PeerSink(PeerCache peer) implements Sink {

    @Override
    public Map<Integer, Long> nextOffsets(Assignment assignment) {
      return Map.of();
    }

    @Override
    public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
      for (ConsumerRecord<byte[], byte[]> record : batch) {
        if (parse(record) instanceof Invalidation.Stale stale) {
          for (String tag : stale.tags()) {
            peer.invalidate(tag, stale.cause().source().lsn());
          }
        }
      }
    }

    private static Invalidation parse(ConsumerRecord<byte[], byte[]> record) {
      try {
        return InvalidationJson.parse(record.value());
      } catch (MalformedEventException e) {
        throw new IllegalStateException("the check wrote it itself", e);
      }
    }

    @Override
    public void close() {
      // The connection belongs to the side.
    }
  }
}

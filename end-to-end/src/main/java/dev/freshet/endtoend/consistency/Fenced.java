package dev.freshet.endtoend.consistency;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.cache.FreshCache;
import dev.freshet.cache.RedisTier;
import dev.freshet.invalidation.InvalidationConfig;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.runtime.Sink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Freshet: fills through the client's low-level door, deletes through the sink as it ships. */
final class Fenced implements Variant {

  /** So short that loads come too late now and then, and that the floor moves during a run. */
  static final Duration LONGEST_LOAD = Duration.ofSeconds(1);

  /** The fewest there can be. */
  private static final int MOST_MARKS = 10_000;

  @Override
  public String name() {
    return "fenced";
  }

  @Override
  public boolean promisesAll() {
    return true;
  }

  @Override
  public Side open(Surroundings surroundings, long xidOffset) {
    makeHeads(surroundings);
    RedisTier tier = surroundings.openTier();
    FreshCache library = surroundings.openLibrary();
    return new Side() {
      @Override
      public Cache cache() {
        return new FencedCache(tier, xidOffset);
      }

      @Override
      public Optional<FreshCache> library() {
        return Optional.of(library);
      }

      @Override
      public Sink openSink() {
        return sink(surroundings);
      }

      @Override
      public void close() {
        library.close();
        tier.close();
      }
    };
  }

  /** As the sink does when it starts: from then on a client knows the buckets. */
  static void makeHeads(Surroundings surroundings) {
    try (Sink sink = sink(surroundings)) {
      sink.nextOffsets(Sink.Assignment.all(1));
    }
  }

  /** The sink as it ships. */
  static Sink sink(Surroundings surroundings) {
    return InvalidationStream.openSink(
        surroundings.topics(),
        new InvalidationConfig(1, LONGEST_LOAD, surroundings.buckets(), MOST_MARKS),
        surroundings.kafka(),
        surroundings.redisUri(),
        new SimpleMeterRegistry(),
        InstantSource.system());
  }

  /** A fence as it would be if the database had handed out so many more transaction ids. */
  static Fence shifted(Fence fence, long offset) {
    if (offset == 0 || fence.equals(Fence.NEVER)) {
      return fence;
    }
    String unfinished = fence.unfinished();
    if (unfinished.isEmpty()) {
      return new Fence(fence.xmin() + offset);
    }
    int colon = unfinished.indexOf(':');
    String running = unfinished.substring(colon + 1);
    return new Fence(
        fence.xmin() + offset,
        Long.parseLong(unfinished.substring(0, colon))
            + offset
            + ":"
            + (running.isEmpty()
                ? ""
                : Arrays.stream(running.split(",", -1))
                    .map(xid -> String.valueOf(Long.parseLong(xid) + offset))
                    .collect(Collectors.joining(","))));
  }

  private record FencedCache(RedisTier tier, long xidOffset) implements Cache {

    @Override
    public Optional<String> get(Subject subject) {
      return tier.get(subject.key());
    }

    @Override
    public Attempt begin(Subject subject) {
      return new FencedAttempt(tier, xidOffset, subject, tier.incarnation(subject.key()));
    }
  }

  private static final class FencedAttempt implements Attempt {
    private final RedisTier tier;
    private final long xidOffset;
    private final Subject subject;
    private final String incarnation;
    private Fence fence = Fence.NEVER;

    FencedAttempt(RedisTier tier, long xidOffset, Subject subject, String incarnation) {
      this.tier = tier;
      this.xidOffset = xidOffset;
      this.subject = subject;
      this.incarnation = incarnation;
    }

    @Override
    public void fence(Connection connection) throws SQLException {
      fence = shifted(Fence.of(connection), xidOffset);
    }

    @Override
    public Attempt with(Subject other) {
      FencedAttempt attempt = new FencedAttempt(tier, xidOffset, other, incarnation);
      attempt.fence = fence;
      return attempt;
    }

    @Override
    public String fill(String value, Duration timeToLive) {
      Filled filled =
          tier.fill(subject.key(), value, subject.tags(), incarnation, fence, timeToLive);
      return filled instanceof Filled.Refused refused ? refused.reason() : STORED;
    }

    @Override
    public String told() {
      return "xmin " + fence.xmin() + " unfinished " + fence.unfinished() + " of " + incarnation;
    }
  }
}

package dev.freshet.cache;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the cache must know of a load, so that it never stores a value that may be stale: when its
 * reads began, and what its value depends on. For the thread that loads.
 *
 * <p>A load that states no fence is served to its caller and not cached.
 */
public final class Fill {

  private final String key;
  private final Function<Duration, OptionalLong> heartbeats;
  private final Set<String> tags = new LinkedHashSet<>();
  private @Nullable Fence fence;
  private boolean lagging;
  private boolean heartbeatMissing;
  private Duration grace = Duration.ZERO;

  /**
   * @param heartbeats the xmin of the newest heartbeat that was applied this long before the load
   */
  Fill(String key, Function<Duration, OptionalLong> heartbeats) {
    this.key = key;
    this.heartbeats = heartbeats;
  }

  /** The key that is loaded. */
  public String key() {
    return key;
  }

  /**
   * The value is made of what is read on this connection from now on. One statement, {@code SELECT
   * pg_current_snapshot()}; before the first read.
   *
   * <p>Several calls, for several connections, are fine. Inside a transaction that has itself
   * written, the value is not cached: it shows what may be rolled back.
   */
  public Fill fence(Connection connection) throws SQLException {
    return fence(Fence.of(connection));
  }

  /**
   * The value is made of what this snapshot of a primary sees, or a later one.
   *
   * @param snapshot {@code SELECT pg_current_snapshot()::text}; for a standby use {@link
   *     #fence(Fence)} with its xmin alone
   */
  public Fill fence(String snapshot) {
    return fence(Fence.parse(snapshot));
  }

  /** The value is made of what this fence stands for. */
  public Fill fence(Fence taken) {
    lagging |= taken.unfinished().isEmpty();
    Fence before = fence;
    fence = before == null ? taken : Fence.min(before, taken);
    return this;
  }

  /**
   * For a load that has no connection to Postgres: what was applied this long before the load began
   * is visible to it. The fence is that of a heartbeat of then.
   *
   * <p>Exactly safe when the value comes from the primary, whatever the grace, because an earlier
   * fence always is. From a replica or another service it is weaker than a fence of its own: it
   * holds as long as that source is never further behind than the grace says.
   *
   * <p>Below {@code invalidation.longest-load}, a minute unless configured otherwise: with a longer
   * one the fence is of before what is still remembered, and nothing is ever stored.
   *
   * @param grace zero for a primary; for others the longest delay that is ever to be expected
   */
  public Fill assumeVisibleAfter(Duration grace) {
    OptionalLong xmin = heartbeats.apply(grace);
    heartbeatMissing |= xmin.isEmpty();
    this.grace = grace.compareTo(this.grace) > 0 ? grace : this.grace;
    return fence(xmin.isPresent() ? new Fence(xmin.getAsLong()) : Fence.NEVER);
  }

  /** The value dies when one of these becomes stale. Before the load, during it, or after. */
  public Fill tag(String... more) {
    tags.addAll(List.of(more));
    return this;
  }

  Optional<Fence> fence() {
    return Optional.ofNullable(fence);
  }

  /** Whether no heartbeat is remembered that would be its fence. */
  boolean heartbeatMissing() {
    return heartbeatMissing;
  }

  /** The longest that was assumed. */
  Duration grace() {
    return grace;
  }

  /** Whether all it reads is of a primary, which is never behind what was committed before. */
  boolean ofPrimary() {
    return fence != null && !lagging;
  }

  List<String> tags() {
    return List.copyOf(tags);
  }
}

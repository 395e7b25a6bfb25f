package dev.freshet.metrics;

import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.InvalidValue;
import java.time.Duration;
import java.util.List;

/** How request events become rolling latencies. */
@Doc("How request events become rolling latencies.")
public record MetricsConfig(
    @Doc("The rolling windows, the shortest first: whole 5s up to 5m, whole minutes up to 24h.")
        @Default("[1m, 5m, 15m, 1h]")
        List<Duration> windows,
    @Doc("How often rows are written, if they have changed.") @Default("5s") Duration emitEvery,
    @Doc("Routes counted by themselves in each service; the rest is counted as _other.")
        @Default("500")
        int maxRoutes,
    @Doc(
            "Services counted by themselves, in each partition of requests; the rest is counted as"
                + " _other.")
        @Default("100")
        int maxServices,
    @Doc("How far ahead of the clock an event may be. Beyond that it is counted at the present.")
        @Default("30s")
        Duration maxSkew,
    @Doc("Partitions the topics of partial counts and of history are created with.") @Default("4")
        int partitions,
    @Doc("Threads of this process that count; more than there are partitions are idle.")
        @Default("1")
        int threads,
    @Doc(
            "Other processes of this role that keep a copy of each part of the counts, ready to go"
                + " on with it.")
        @Default("0")
        int standbys) {

  private static final Duration LONGEST_FINE = Duration.ofMinutes(5);
  private static final int MOST_STANDBYS = 8;

  public MetricsConfig {
    windows = List.copyOf(windows);
    if (windows.isEmpty() || windows.size() > 8) {
      throw new InvalidValue("windows", "found " + windows.size() + ", expected 1 to 8 windows");
    }
    Duration before = Duration.ZERO;
    for (Duration window : windows) {
      requireWindow(window, before);
      before = window;
    }
    require("emitEvery", emitEvery, Duration.ofSeconds(1), Duration.ofMinutes(1));
    require("maxRoutes", maxRoutes, 100_000);
    require("maxServices", maxServices, 10_000);
    require("maxSkew", maxSkew, Duration.ZERO, LONGEST_FINE);
    require("partitions", partitions, 256);
    require("threads", threads, 64);
    if (standbys < 0 || standbys > MOST_STANDBYS) {
      throw new InvalidValue(
          "standbys", "found %d, expected 0 to %d".formatted(standbys, MOST_STANDBYS));
    }
  }

  private static void requireWindow(Duration window, Duration before) {
    long step = window.compareTo(LONGEST_FINE) <= 0 ? Panes.PANE_MILLIS : Panes.MINUTE_MILLIS;
    if (window.toMillis() % step != 0
        || window.compareTo(Duration.ofMillis(Panes.PANE_MILLIS)) < 0
        || window.compareTo(Duration.ofHours(24)) > 0) {
      throw new InvalidValue(
          "windows",
          "found " + window + ", expected whole 5s up to 5m and whole minutes up to 24h");
    }
    if (window.compareTo(before) <= 0) {
      throw new InvalidValue("windows", window + " follows " + before, "write the shortest first");
    }
  }

  private static void require(String key, Duration found, Duration least, Duration most) {
    if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
      throw new InvalidValue(key, "found %s, expected %s to %s".formatted(found, least, most));
    }
  }

  private static void require(String key, int found, int most) {
    if (found < 1 || found > most) {
      throw new InvalidValue(key, "found %d, expected 1 to %d".formatted(found, most));
    }
  }

  /** The windows as rows name them. */
  public List<String> windowNames() {
    return windows.stream().map(Panes::name).toList();
  }

  /** A window as rows name it. */
  public static String windowName(Duration window) {
    return Panes.name(window);
  }

  /** All defaults. */
  public static MetricsConfig defaults() {
    return new MetricsConfig(
        List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1)),
        Duration.ofSeconds(5),
        500,
        100,
        Duration.ofSeconds(30),
        4,
        1,
        0);
  }
}

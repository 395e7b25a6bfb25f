package dev.freshet.app;

import dev.freshet.runtime.BearerToken;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.DidYouMean;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import dev.freshet.runtime.health.Figure;
import dev.freshet.runtime.health.Threshold;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a process tells about itself and what it needs. */
@Doc("What a process tells about itself and about what it needs.")
public record MonitoringConfig(
    @Doc(
            "Where this process answers /metrics (for Prometheus), /livez and /readyz, as"
                + " host:port; the word off for nowhere.")
        @Default("127.0.0.1:9464")
        String listen,
    @Doc(
            "What a scraper sends as Authorization: Bearer … to read /metrics, at least 16"
                + " characters. Needed where others than this machine can connect.")
        @Example("${file:/run/secrets/metrics-token}")
        Optional<Secret> token,
    @Doc("How often the system's health is looked at; 1s to 10m.") @Default("10s") Duration every,
    @Doc(
            "Whether the way from commit to delete is measured, as requests of the service freshet."
                + " Turn it off where no process runs the metrics-aggregator.")
        @Default("true")
        boolean stages,
    @Doc(
            "Figures of the system's health, as in docs/reference/health.md, that are to be judged"
                + " otherwise.")
        @Default("{}")
        @Example("{ redis.memory_used_ratio: { warn: 0.7, critical: 0.9 } }")
        Map<String, Threshold> thresholds,
    @Doc(
            "The admin console of the PgBouncer that applications use, for a user among its"
                + " stats_users: then the role ingest looks at its pools.")
        @Example("postgres://stats:${STATS_PASSWORD}@pool:6432/pgbouncer")
        Optional<PostgresConnection> pgbouncer) {

  private static final String OFF = "off";
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  public MonitoringConfig {
    thresholds = Map.copyOf(thresholds);
    if (!listen.equals(OFF)) {
      BearerToken.requireFor(ListenAddress.parse(listen), token);
    }
    if (every.compareTo(SHORTEST) < 0 || every.compareTo(LONGEST) > 0) {
      throw new InvalidValue("every", "found " + every + ", expected 1s to 10m");
    }
    for (String path : thresholds.keySet()) {
      if (Figure.named(path).isEmpty()) {
        List<String> known = Arrays.stream(Figure.values()).map(Figure::path).toList();
        throw new InvalidValue(
            "thresholds",
            "there is no figure \"" + path + "\"",
            DidYouMean.hint(known, path).orElse("they are listed in docs/reference/health.md"));
      }
    }
  }

  /** Where to answer; empty when it is off. */
  public Optional<ListenAddress> address() {
    return listen.equals(OFF) ? Optional.empty() : Optional.of(ListenAddress.parse(listen));
  }

  /** The thresholds by their figures. */
  public Map<Figure, Threshold> byFigure() {
    Map<Figure, Threshold> all = new EnumMap<>(Figure.class);
    thresholds.forEach((path, threshold) -> all.put(Figure.named(path).orElseThrow(), threshold));
    return all;
  }
}

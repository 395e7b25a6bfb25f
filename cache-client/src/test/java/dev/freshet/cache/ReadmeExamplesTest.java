package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.RedisClusterClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The README's examples stand here word for word, so that they compile. */
class ReadmeExamplesTest {

  record Dashboard(int organization, long kilograms) {
    static Dashboard load(Connection connection, int organization) throws SQLException {
      try (PreparedStatement sum = connection.prepareStatement("SELECT ?::int, 0")) {
        sum.setInt(1, organization);
        try (ResultSet row = sum.executeQuery()) {
          row.next();
          return new Dashboard(row.getInt(1), row.getLong(2));
        }
      }
    }
  }

  record Rate(String currency, double euro) {}

  interface RateService {
    Rate today(String currency);
  }

  // example: build
  static FreshCache build(MeterRegistry registry) {
    return FreshCache.builder()
        .namespace("shop") // as in freshet.yaml
        .redis("redis://cache:6379") // or redis-sentinel://, redis-cluster://, or a Lettuce client
        .metrics(registry)
        .build();
  }

  // example end

  // example: read
  static Dashboard dashboard(FreshCache cache, DataSource database, int org) {
    return cache.get(
        "dashboard:org:" + org,
        TtlClass.ANALYTICS,
        Dashboard.class,
        fill -> {
          try (Connection connection = database.getConnection()) {
            fill.fence(connection); // before the first read
            fill.tag("org:" + org, "table:public.readings");
            return Dashboard.load(connection, org);
          }
        });
  }

  // example end

  // example: kinds
  static CompletableFuture<Optional<Dashboard>> asynchronously(
      FreshCache cache, Loader<Optional<Dashboard>> loader) {
    Entries<Dashboard> dashboards = cache.entries(TtlClass.ANALYTICS, Dashboard.class);
    return dashboards.findAsync("dashboard:org:7", loader);
  }

  // example end

  // example: batch
  static Map<String, Dashboard> several(
      Entries<Dashboard> dashboards, DataSource database, List<String> keys) {
    return dashboards.getAll(
        keys,
        (missing, fills) -> {
          try (Connection connection = database.getConnection()) {
            fills.fence(connection).tagAll("table:public.readings");
            Map<String, Dashboard> loaded = new HashMap<>();
            for (String key : missing) {
              int org = Integer.parseInt(key.substring("dashboard:org:".length()));
              fills.tag(key, "org:" + org);
              loaded.put(key, Dashboard.load(connection, org));
            }
            return loaded;
          }
        });
  }

  // example end

  // example: write
  static void rename(FreshCache cache, Connection connection, int org, String name)
      throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE organizations SET name = ? WHERE id = ?")) {
      update.setString(1, name);
      update.setInt(2, org);
      update.executeUpdate();
    }
    cache.invalidate(connection, "org:" + org); // in the transaction, after its first write
    connection.commit();
  }

  // example end

  // example: assumed
  static Rate rate(FreshCache cache, RateService rates, String currency) {
    return cache.get(
        "rate:" + currency,
        TtlClass.REAL_TIME,
        Rate.class,
        fill -> {
          fill.assumeVisibleAfter(Duration.ofSeconds(5)).tag("rate:" + currency);
          return rates.today(currency);
        });
  }

  // example end

  // example: classes
  static final TtlClass REPORTS =
      TtlClass.of("reports", Duration.ofHours(6))
          .withStaleFor(Duration.ofSeconds(30))
          .withBehindAfter(Duration.ofSeconds(20))
          .withWhenBehind(WhenBehind.shorten(Duration.ofMinutes(1)));

  // example end

  // example: operate
  static FreshCache operated(
      RedisClusterClient redis, MeterRegistry registry, Consumer<CacheEvent> forward) {
    return FreshCache.builder()
        .namespace("shop")
        .redis(redis)
        .metrics(registry)
        .loads(16, 500) // at a time, and waiting
        .nearBytes(256L << 20)
        .verify(0.001, Duration.ofSeconds(5))
        .events(forward)
        .build();
  }

  // example end

  // example: warm
  static CompletableFuture<Warming.Progress> warm(
      FreshCache cache, Entries<Dashboard> dashboards, Loader<Optional<Dashboard>> loader) {
    List<String> keys =
        cache.hottest(500).stream().filter(key -> key.startsWith("dashboard:")).toList();
    return dashboards.warm(keys, 4, loader).end();
  }

  // example end

  // example: header
  static Optional<TagHeader> header(Set<String> tags) {
    return Optional.of(TagHeader.cacheTag(tags)).filter(TagHeader::complete);
  }

  // example end

  private static final Pattern EXAMPLE =
      Pattern.compile("(?s)  // example: (\\w+)\\n(.*?)\\n\\n?  // example end");
  private static final Pattern BLOCK = Pattern.compile("(?s)```java\\n(.*?)\\n```");

  @Test
  void everyBlockOfTheReadmeIsAnExampleHereAndTheOtherWayRound() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/freshet/cache/ReadmeExamplesTest.java"));
    List<String> here = new ArrayList<>();
    for (Matcher m = EXAMPLE.matcher(source); m.find(); ) {
      here.add(m.group(2).stripIndent().strip());
    }
    List<String> there = new ArrayList<>();
    for (Matcher m = BLOCK.matcher(Files.readString(Path.of("README.md"))); m.find(); ) {
      there.add(m.group(1).strip());
    }
    assertThat(there).as("copy the example into cache-client/README.md").isEqualTo(here);
  }

  @Test
  void theClassesAreAsThePageSays() {
    assertThat(REPORTS.staleFor()).isEqualTo(Duration.ofSeconds(30));
    assertThat(TtlClass.SIMPLE.timeToLive()).isEqualTo(Duration.ofHours(1));
    assertThat(TtlClass.ANALYTICS.timeToLive()).isEqualTo(Duration.ofMinutes(30));
    assertThat(TtlClass.REAL_TIME.timeToLive()).isEqualTo(Duration.ofMinutes(1));
    assertThat(TtlClass.ACTION.cached()).isFalse();
  }
}

package dev.freshet.app;

import dev.freshet.console.ConsoleConfig;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.ingest.IngestConfig;
import dev.freshet.ingest.requests.RequestsConfig;
import dev.freshet.invalidation.InvalidationConfig;
import dev.freshet.invalidation.TableRule;
import dev.freshet.materializer.MaterializerConfig;
import dev.freshet.materializer.refresh.RefreshConfig;
import dev.freshet.metrics.MetricsConfig;
import dev.freshet.metrics.slo.AlertsConfig;
import dev.freshet.metrics.slo.Slo;
import dev.freshet.metrics.slo.SloAlerts;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The whole config file, in the order in which the data flows. */
@Doc(
    "The file freshet.yaml. A value may come from outside: ${NAME}, ${NAME:-default} or"
        + " ${file:/run/secrets/name}.")
public record FreshetConfig(
    @Doc(
            "One per application: it stands before every topic, consumer group and Redis key, and"
                + " names the replication slot and the publication.")
        @Default("freshet")
        String namespace,
    @Doc(
            "The source database. Its user needs REPLICATION, and by default owns the captured tables; with ingest.manage-publication: false it only reads them.")
        @Example("postgres://freshet:${PG_PASSWORD}@db:5432/shop")
        PostgresConnection postgres,
    @Doc("Where Kafka is; one text is the bootstrap servers.") @Example("kafka:9092")
        KafkaConfig kafka,
    @Doc(
            "The Redis that holds the cache; redis-sentinel://one:26379,two:26379/0#primary behind"
                + " Sentinel, redis-cluster://one:6379,two:6379 for a cluster.")
        @Example("redis://cache:6379")
        RedisAddress redis,
    @Doc("How row changes are captured from Postgres.") @Default("{}") IngestConfig ingest,
    @Doc("How request events come in over HTTP; off unless it says where to listen.") @Default("{}")
        RequestsConfig requests,
    @Doc("What a row change makes stale, by table. These tables are captured.")
        @Example("{ public.products: [\"product:{id}\"] }")
        Map<TableName, TableRule> invalidate,
    @Doc("How stale tags reach Redis.") @Default("{}") InvalidationConfig invalidation,
    @Doc("How request events become rolling latencies.") @Default("{}") MetricsConfig metrics,
    @Doc("Which share of the requests should be good, by a name of yours; {} for none.")
        @Default(SloAlerts.DEFAULTS)
        @Example("{ shop: { indicator: latency, threshold: 500ms, objective: 0.95 } }")
        Map<String, Slo> slos,
    @Doc("Who is told when an objective is at risk.") @Default("{}") AlertsConfig alerts,
    @Doc("Views to keep, by name: SQL whose result is a table that follows every commit.")
        @Default("{}")
        Map<String, ViewConfig> views,
    @Doc("How views are kept.") @Default("{}") MaterializerConfig materializer,
    @Doc(
            "Postgres's own materialized views, to be refreshed after changes of the tables they read.")
        @Default("{}")
        @Example("[public.mv_daily]")
        RefreshConfig refresh,
    @Doc("The dashboard and the HTTP API; off unless it says where to listen.") @Default("{}")
        ConsoleConfig console,
    @Doc("What each process tells about itself and about what it needs.") @Default("{}")
        MonitoringConfig monitoring,
    @Doc("How records nobody could read are shown.") @Default("{}") DeadLettersConfig deadLetters) {

  /** What a view may be called: part of names of topics, groups and tables. */
  private static final Pattern VIEW_NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");

  public FreshetConfig {
    slos = Collections.unmodifiableMap(new TreeMap<>(slos));
    invalidate = Collections.unmodifiableMap(new TreeMap<>(invalidate));
    try {
      Topics checked = new Topics(namespace);
      namespace = checked.namespace();
    } catch (IllegalArgumentException e) {
      throw new InvalidValue("namespace", String.valueOf(e.getMessage()));
    }
    if (invalidate.isEmpty()) {
      throw new InvalidValue(
          "invalidate", "no table has a rule", "name at least one, as in public.products: [...]");
    }
    views = Collections.unmodifiableMap(new TreeMap<>(views));
    for (String view : views.keySet()) {
      if (!VIEW_NAME.matcher(view).matches()) {
        throw new InvalidValue(
            "views", "a view is called by 1 to 40 of a-z, 0-9 and _, found \"" + view + "\"");
      }
    }
    if (invalidate.containsKey(Topics.HEARTBEAT_TABLE)) {
      throw new InvalidValue(
          "invalidate", Topics.HEARTBEAT_TABLE + " is Freshet's own table", "remove its rule");
    }
  }

  /** The names of this application's topics. */
  public Topics topics() {
    return new Topics(namespace);
  }
}

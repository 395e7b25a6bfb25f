package dev.freshet.runtime.health;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything a probe may say, and from where on it is worth a look. A figure without a threshold is
 * always well.
 */
public enum Figure {
  PROCESS_HEAP_USED_RATIO("share of the largest heap that is in use", 0.9, 0.98),
  PROCESS_HEAP_USED_BYTES("heap in use"),
  PROCESS_CPU_RATIO("share of all processors that this process uses", 0.9, 0.99),
  PROCESS_GC_RATIO(
      "share of the time that went into garbage collection since last looked", 0.1, 0.3),
  PROCESS_OPEN_FILES_RATIO("share of the allowed file descriptors that are open", 0.8, 0.95),
  PROCESS_THREADS("live threads", 1_000, 5_000),
  PROCESS_UPTIME_SECONDS("time since the process started"),
  PROCESS_REBALANCES(
      "how often the consumers of a service were given other partitions since it started; label"
          + " service"),
  KAFKA_CONSUMER_LAG("records a consumer group has not read yet; label group", 10_000, 1_000_000),
  KAFKA_BROKERS("brokers that answer"),
  REDIS_MEMORY_USED_BYTES("memory Redis uses for data"),
  REDIS_MEMORY_USED_RATIO("share of maxmemory in use; absent without a limit", 0.85, 0.95),
  REDIS_CLIENTS("connected clients"),
  REDIS_CLIENTS_RATIO("share of maxclients that are connected", 0.8, 0.95),
  REDIS_BLOCKED_CLIENTS("clients that wait in a blocking command"),
  REDIS_EVICTED_KEYS("keys evicted since Redis started"),
  REDIS_REJECTED_CONNECTIONS("connections refused for maxclients since Redis started"),
  REDIS_UNSAFE_EVICTION(
      "1 when maxmemory-policy may evict the tag index (allkeys-*); label policy", 1, 1),
  REDIS_PING_SECONDS("how long Redis took to answer", 0.1, 1),
  REDIS_PRIMARIES("primaries that were asked: one, or all of a cluster"),
  POSTGRES_CONNECTIONS("client connections; label state, as in pg_stat_activity"),
  POSTGRES_CONNECTIONS_RATIO("share of max_connections in use", 0.8, 0.95),
  POSTGRES_LONGEST_TRANSACTION_SECONDS(
      "age of the oldest open transaction, which delays loads of the cache", 60, 600),
  POSTGRES_REPLICATION_LAG_SECONDS("how far a standby is behind; label standby", 10, 60),
  POSTGRES_REPLICATION_LAG_BYTES(
      "WAL a standby has not replayed; label standby", 256L << 20, 4L << 30),
  POSTGRES_SLOT_RETAINED_BYTES("WAL kept for a replication slot; label slot", 1L << 30, 10L << 30),
  POSTGRES_SLOT_LEFT_BYTES(
      "WAL that may still be written before max_slot_wal_keep_size drops what a slot needs; absent"
          + " without that limit; label slot"),
  POSTGRES_SLOT_LEFT_SECONDS(
      "time until max_slot_wal_keep_size drops what a slot needs, at the rate of the last five"
          + " minutes; absent without that limit and while the slot keeps up; label slot"),
  POSTGRES_SLOT_UNREAD_SECONDS(
      "how long nobody has been seen reading a replication slot; label slot", 60, 3600),
  POSTGRES_SLOT_BROKEN(
      "1 when a replication slot is losing or has lost its WAL; labels slot, state", 1, 1),
  PGBOUNCER_POOL_USED_RATIO(
      "server connections in use, of the pool's size; label pool, as database/user", 0.8, 1),
  PGBOUNCER_WAITING_CLIENTS("clients that wait for a server connection; label pool", 1, 100),
  PGBOUNCER_WAIT_SECONDS("how long the first of them has waited; label pool", 1, 10),
  PGBOUNCER_CLIENTS("clients connected to PgBouncer"),
  PGBOUNCER_CLIENTS_RATIO("share of max_client_conn that is connected", 0.8, 0.95);

  private final String meaning;
  private final double warn;
  private final double critical;

  Figure(String meaning) {
    this(meaning, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  Figure(String meaning, double warn, double critical) {
    this.meaning = meaning;
    this.warn = warn;
    this.critical = critical;
  }

  /** The part it is about: {@code redis}. */
  public String component() {
    return text().substring(0, text().indexOf('_'));
  }

  /** What it is called within its part: {@code memory_used_bytes}. */
  public String gauge() {
    return text().substring(text().indexOf('_') + 1);
  }

  /** Part and name, as a config refers to it: {@code redis.memory_used_bytes}. */
  public String path() {
    return component() + "." + gauge();
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it says, for people. */
  public String meaning() {
    return meaning;
  }

  /** From where on it is worth a look, unless the config says otherwise. */
  public Optional<Threshold> threshold() {
    return Double.isInfinite(warn) ? Optional.empty() : Optional.of(new Threshold(warn, critical));
  }

  /** The figure a config refers to. */
  public static Optional<Figure> named(String path) {
    return Arrays.stream(values()).filter(figure -> figure.path().equals(path)).findFirst();
  }
}

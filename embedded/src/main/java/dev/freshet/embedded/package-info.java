/**
 * Real Kafka, Postgres and Redis, started by our own code: Kafka inside this JVM, the other two as
 * children that die with it. Reads: binaries on the class path or named by {@code
 * FRESHET_POSTGRES_BIN} and {@code FRESHET_REDIS_SERVER}. Writes: one data folder, locked while in
 * use. Keeps: unpacked binaries in {@code FRESHET_CACHE} (default {@code ~/.cache/freshet}). Front
 * doors: {@link dev.freshet.embedded.Stack}, {@link dev.freshet.embedded.EmbeddedStack}; beside
 * them, for tests of failure, {@link dev.freshet.embedded.EmbeddedStandby}, {@link
 * dev.freshet.embedded.EmbeddedRedisPair} and {@link dev.freshet.embedded.EmbeddedRedisCluster}.
 */
@NullMarked
package dev.freshet.embedded;

import org.jspecify.annotations.NullMarked;

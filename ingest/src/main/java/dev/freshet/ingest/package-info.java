/**
 * Postgres to row changes. Reads the log through one replication slot; writes a topic per table
 * with Debezium's envelope, a heartbeat topic and its own position. Keeps nothing on disk: the
 * position is in Kafka, the slot and the publication are in Postgres. It refuses to continue over a
 * gap.
 */
@NullMarked
package dev.freshet.ingest;

import org.jspecify.annotations.NullMarked;

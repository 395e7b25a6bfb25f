package dev.freshet.events;

/**
 * Where a row change comes from.
 *
 * @param table the table
 * @param key the row's primary key as compact JSON, {@code {"id":7}}; empty for TRUNCATE
 * @param lsn where the change stands in the write-ahead log
 * @param xid the top-level transaction, its low 32 bits as logical decoding reports them
 * @param committedMicros commit time by the database's clock, microseconds since 1970; 0 if unknown
 */
public record ChangeSource(TableName table, String key, Lsn lsn, long xid, long committedMicros) {}

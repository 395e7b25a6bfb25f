package dev.freshet.cache;

import java.util.Optional;

/** One question to the cache. */
record Lookup(String key, TtlClass ttl, ValueType<?> type, Loader<? extends Optional<?>> loader) {}

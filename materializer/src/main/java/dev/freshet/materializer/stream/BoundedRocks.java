package dev.freshet.materializer.stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One cache for all views of a process: blocks, indexes, filters and write buffers together stay
 * below its size.
 */
public final class BoundedRocks implements RocksDBConfigSetter {

  private static final long TOTAL_BYTES = 256L << 20;
  private static final long WRITE_BUFFER_BYTES = 96L << 20;
  private static final long MEMTABLE_BYTES = 16L << 20;

  static {
    RocksDB.loadLibrary();
  }

  private static final Cache CACHE = new LRUCache(TOTAL_BYTES, -1, false, 0.1);
  private static final WriteBufferManager BUFFERS =
      new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);

  /** Shows how much of the cache is taken, write buffers included, and how large it may become. */
  public static void show(MeterRegistry registry) {
    Gauge.builder("freshet.views.memory.bytes", CACHE, Cache::getUsage).register(registry);
    Gauge.builder("freshet.views.memory.limit.bytes", () -> TOTAL_BYTES).register(registry);
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setPinTopLevelIndexAndFilter(true);
    table.setFilterPolicy(new BloomFilter(10));
    table.setBlockSize(8 << 10);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(BUFFERS);
    options.setWriteBufferSize(MEMTABLE_BYTES);
    options.setMaxWriteBufferNumber(3);
  }

  @Override
  public void close(String storeName, Options options) {
    // The cache belongs to the process, not to a store.
  }
}

package dev.freshet.ingest;

import java.util.Map;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/** What a worker gives to its task: its settings and the stored position. */
record TaskContext(Map<String, String> configs, OffsetStorageReader offsetStorageReader)
    implements SourceTaskContext {

  @Override
  public PluginMetrics pluginMetrics() {
    throw new UnsupportedOperationException("Debezium registers its metrics with JMX");
  }
}

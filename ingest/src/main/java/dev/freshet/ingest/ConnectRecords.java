package dev.freshet.ingest;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.jspecify.annotations.Nullable;

/**
 * Kafka records exactly as a Kafka Connect worker writes them with JSON converters and {@code
 * schemas.enable=false}. Not thread-safe.
 */
final class ConnectRecords {

  private final JsonConverter keys = new JsonConverter();
  private final JsonConverter values = new JsonConverter();
  private final SimpleHeaderConverter headers = new SimpleHeaderConverter();

  ConnectRecords() {
    keys.configure(Map.of("schemas.enable", "false"), true);
    values.configure(Map.of("schemas.enable", "false"), false);
  }

  ProducerRecord<byte @Nullable [], byte @Nullable []> of(SourceRecord source) {
    String topic = source.topic();
    ProducerRecord<byte @Nullable [], byte @Nullable []> record =
        new ProducerRecord<>(
            topic,
            source.kafkaPartition(),
            source.timestamp(),
            keys.fromConnectData(topic, source.keySchema(), source.key()),
            values.fromConnectData(topic, source.valueSchema(), source.value()));
    for (Header header : source.headers()) {
      byte[] value =
          headers.fromConnectHeader(topic, header.key(), header.schema(), header.value());
      record.headers().add(header.key(), value);
    }
    return record;
  }
}

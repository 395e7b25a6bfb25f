package dev.freshet.ingest;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/**
 * The position that is stored in Kafka, as the connector reads it.
 *
 * <p>Debezium moves the slot to whatever it reads here. So the slot never moves past a position
 * that is not stored, and no position is stored before its changes are. Thread-safe.
 */
final class CapturePosition implements OffsetStorageReader {

  private volatile Optional<Map<String, Object>> stored;

  CapturePosition(Optional<Map<String, Object>> stored) {
    this.stored = stored;
  }

  void moveTo(Map<String, ?> position) {
    stored = Optional.of(new HashMap<>(position));
  }

  Optional<Map<String, Object>> stored() {
    return stored;
  }

  @Override
  @SuppressWarnings("NullAway") // the contract of Kafka Connect: no offset is null
  public <T> @Nullable Map<String, Object> offset(Map<String, T> partition) {
    return stored.<Map<String, Object>>map(HashMap::new).orElse(null);
  }

  @Override
  public <T> Map<Map<String, T>, Map<String, Object>> offsets(
      Collection<Map<String, T>> partitions) {
    Map<Map<String, T>, Map<String, Object>> found = new HashMap<>();
    stored.ifPresent(map -> partitions.forEach(p -> found.put(p, new HashMap<>(map))));
    return found;
  }
}

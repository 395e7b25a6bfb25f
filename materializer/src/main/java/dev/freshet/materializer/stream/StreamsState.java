package dev.freshet.materializer.stream;

import dev.freshet.materializer.state.State;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A store of Kafka Streams as a {@link State}. */
record StreamsState(KeyValueStore<Bytes, byte[]> store) implements State {

  @Override
  public byte @Nullable [] get(Bytes key) {
    return store.get(key);
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    if (value == null) {
      store.delete(key);
    } else {
      store.put(key, value);
    }
  }

  @Override
  public List<Entry> first(Bytes from, Bytes to, int limit) {
    List<Entry> found = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> range = store.range(from, to)) {
      while (range.hasNext() && found.size() < limit) {
        KeyValue<Bytes, byte[]> next = range.next();
        if (next.key.equals(to)) { // the store's ranges have their end
          break;
        }
        found.add(new Entry(next.key, next.value));
      }
    }
    return found;
  }

  @Override
  public @Nullable Entry last(Bytes from, Bytes to) {
    try (KeyValueIterator<Bytes, byte[]> range = store.reverseRange(from, to)) {
      while (range.hasNext()) {
        KeyValue<Bytes, byte[]> next = range.next();
        if (!next.key.equals(to)) {
          return new Entry(next.key, next.value);
        }
      }
    }
    return null;
  }
}

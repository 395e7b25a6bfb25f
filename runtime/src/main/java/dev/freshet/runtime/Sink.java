package dev.freshet.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Where a {@link SinkService} puts records: a store that remembers, beside the effects, how far it
 * got.
 *
 * <p>Effects are idempotent: a batch may come again, in whole or in part, after a failure. Called
 * by one thread.
 */
public interface Sink extends AutoCloseable {

  /**
   * The next offset to apply of each partition, as the store remembers; partitions it has never
   * seen are absent.
   */
  Map<Integer, Long> nextOffsets(Set<Integer> partitions);

  /**
   * Applies a batch and then remembers its offsets; returns when the store has acknowledged both.
   *
   * @throws RuntimeException when it did not; the same records come again
   */
  void apply(List<ConsumerRecord<byte[], byte[]>> batch);

  @Override
  void close();
}

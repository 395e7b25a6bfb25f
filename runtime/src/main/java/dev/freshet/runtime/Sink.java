package dev.freshet.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
   * Partitions to be fed from now on.
   *
   * @param topicPartitions how many the topic has
   * @param memos the assigned ones, each with what {@link Sink#memo} said when Kafka's offset was
   *     committed last; empty when that is unknown
   */
  record Assignment(int topicPartitions, Map<Integer, String> memos) {
    public Assignment {
      memos = Map.copyOf(memos);
    }

    /** Every partition of a topic, nothing known about any. */
    public static Assignment all(int topicPartitions) {
      return new Assignment(
          topicPartitions,
          IntStream.range(0, topicPartitions).boxed().collect(Collectors.toMap(p -> p, p -> "")));
    }

    /** The assigned partitions. */
    public Set<Integer> partitions() {
      return memos.keySet();
    }
  }

  /** The store forgot effects it had acknowledged: it has to be asked again where to start. */
  final class PositionLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public PositionLostException(String message) {
      super(message);
    }
  }

  /**
   * The next offset to apply of each assigned partition, as the store remembers; partitions it has
   * never seen are absent.
   */
  Map<Integer, Long> nextOffsets(Assignment assignment);

  /**
   * Says that the topic no longer holds what the store asks for next: effects are missing that
   * nothing will bring. Called before the records after the gap are applied; again after a restart
   * until the store asks for what is there.
   *
   * @param wanted the next offset
   * @param held the oldest offset there is, from which on records come now
   */
  default void missed(int partition, long wanted, long held) {}

  /** A few bytes about everything applied so far, to be kept by Kafka beside the offset. */
  default String memo() {
    return "";
  }

  /**
   * Applies a batch and then remembers its offsets; returns when the store has acknowledged both.
   *
   * @throws PositionLostException when the store remembers less than it once acknowledged
   * @throws RuntimeException when it did not; the same records come again
   */
  void apply(List<ConsumerRecord<byte[], byte[]>> batch);

  @Override
  void close();
}

package dev.freshet.endtoend.bench;

import dev.freshet.events.LatencyJson;
import dev.freshet.events.LatencyRow;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * How many requests are counted, as the topic of rolling latencies says it to everybody: in the
 * longest window, committed. The aggregator's own meters are not asked.
 */
final class CountedRequests {

  private static final String WINDOW = "1h";

  /** Longer than closing the last pane and writing its rows takes on a busy machine. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> all;

  /** A consumer that reads what is committed, and nothing else is done with it. */
  CountedRequests(KafkaConsumer<byte[], byte[]> consumer, Topics topics) {
    this.consumer = consumer;
    this.all =
        consumer.partitionsFor(topics.latency()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
  }

  /** The count, once it is what is expected, or after a minute. */
  long await(long expected) {
    consumer.assign(all);
    consumer.seekToBeginning(all);
    long counted = 0;
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (counted != expected && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        counted = count(record, counted);
      }
    }
    return counted;
  }

  private static long count(ConsumerRecord<byte[], byte[]> record, long before) {
    try {
      if (record.value() != null) {
        LatencyRow row = LatencyJson.parseRow(record.value());
        if (row.service().equals(LatencyRow.TOTAL) && row.window().equals(WINDOW)) {
          return row.counts().total();
        }
      }
    } catch (MalformedEventException notOurs) {
      throw new IllegalStateException(notOurs);
    }
    return before;
  }
}

package dev.freshet.metrics.slo;

import dev.freshet.events.LatencyJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.runtime.DeadLetters;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what the minutes of one partition say about objectives, to the one task that judges
 * them. Which partition that is changes with the service an objective is about; who judges it does
 * not. Keeps nothing.
 */
final class MinuteProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  static final String MINUTES = "slo-minutes";
  static final String DEAD_LETTERS = "unreadable-minutes";

  private final Map<String, Slo> slos;
  private @Nullable ProcessorContext<byte[], byte[]> context;

  MinuteProcessor(Map<String, Slo> slos) {
    this.slos = slos;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> minute) {
    ProcessorContext<byte[], byte[]> to = context;
    if (minute.value() == null || to == null) {
      return; // A minute that was deleted is older than the ring.
    }
    try {
      // The wall clock: by event time, Kafka would delete what is replayed before it is read.
      long now = to.currentSystemTimeMs();
      SloMinute.of(slos, LatencyJson.parseMinute(minute.value()))
          .forEach(part -> to.forward(new Record<>(part.key(), part.counts(), now), MINUTES));
    } catch (MalformedEventException notAMinute) {
      String reason = String.valueOf(notAMinute.getMessage());
      to.forward(DeadLetters.of(to, minute, SloAlerts.NAME, reason), DEAD_LETTERS);
    }
  }
}

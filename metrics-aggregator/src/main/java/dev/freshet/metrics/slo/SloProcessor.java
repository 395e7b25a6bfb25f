package dev.freshet.metrics.slo;

import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.runtime.DeadLetters;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Feeds {@link Objectives} with the minutes of all of them, and asks them every so often by the
 * wall clock. Its input has one partition, so there is one task, on one instance: whatever moves,
 * an alert is told by one owner, who knows its state.
 */
final class SloProcessor implements Processor<byte[], byte[], byte[], byte @Nullable []> {

  static final String STORE = "objectives";
  static final String ALERTS = "alerts";
  static final String DEAD_LETTERS = "dead-letters";

  private final Map<String, Slo> slos;
  private final Patience patience;
  private final MeterRegistry registry;
  private final AtomicLong firing = new AtomicLong();
  private @Nullable ProcessorContext<byte[], byte @Nullable []> context;
  private @Nullable Objectives objectives;
  private @Nullable Gauge gauge;

  SloProcessor(Map<String, Slo> slos, Patience patience, MeterRegistry registry) {
    this.slos = slos;
    this.patience = patience;
    this.registry = registry;
  }

  @Override
  public void init(ProcessorContext<byte[], byte @Nullable []> context) {
    this.context = context;
    KeyValueStore<String, byte[]> store = context.getStateStore(STORE);
    Objectives restored =
        new Objectives(
            slos,
            patience,
            (key, value) -> {
              if (value == null) {
                store.delete(key);
              } else {
                store.put(key, value);
              }
            });
    List<String> useless = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> kept = all.next();
        if (!restored.restore(kept.key, kept.value)) {
          useless.add(kept.key);
        }
      }
    }
    useless.forEach(store::delete);
    objectives = restored;
    close();
    gauge = Gauge.builder("freshet.alerts.firing", firing, AtomicLong::get).register(registry);
    context.schedule(patience.judgeEvery(), PunctuationType.WALL_CLOCK_TIME, this::judge);
  }

  /** A registry keeps the first gauge of a name, even when what it shows is gone. */
  @Override
  public void close() {
    if (gauge != null) {
      registry.remove(gauge);
      gauge = null;
    }
  }

  @Override
  public void process(Record<byte[], byte[]> minute) {
    if (minute.value() == null || objectives == null) {
      return;
    }
    try {
      objectives.add(SloMinute.parse(minute.key(), minute.value()));
    } catch (IllegalArgumentException notAMinute) {
      bury(minute, String.valueOf(notAMinute.getMessage()));
    }
  }

  private void judge(long nowMillis) {
    if (objectives == null || context == null) {
      return;
    }
    for (String[] gone : objectives.forgotten()) {
      context.forward(
          new Record<>(AlertJson.key(gone[0], gone[1]), (byte @Nullable []) null, nowMillis),
          ALERTS);
    }
    for (Alert alert : objectives.judge(nowMillis)) {
      byte[] key = AlertJson.key(alert.slo(), alert.windows());
      context.forward(new Record<>(key, AlertJson.write(alert), nowMillis), ALERTS);
    }
    firing.set(objectives.firing());
  }

  private void bury(Record<byte[], byte[]> minute, String reason) {
    if (context == null) {
      return;
    }
    context.forward(DeadLetters.of(context, minute, SloAlerts.NAME, reason), DEAD_LETTERS);
  }
}

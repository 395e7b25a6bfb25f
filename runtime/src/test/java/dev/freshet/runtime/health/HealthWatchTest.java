package dev.freshet.runtime.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.HealthReport;
import dev.freshet.events.HealthReport.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthWatchTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<HealthReport> reports = new ArrayList<>();
  private final List<Reading> readings = new ArrayList<>();
  private boolean broken;

  private final Probe redis =
      new Probe() {
        @Override
        public String component() {
          return "redis";
        }

        @Override
        public String instance() {
          return "cache:6379";
        }

        @Override
        public List<Reading> read() {
          if (broken) {
            throw new IllegalStateException("connection refused");
          }
          return List.copyOf(readings);
        }

        @Override
        public void close() {}
      };

  private final HealthWatch watch =
      new HealthWatch(
          List.of(redis, new ProcessProbe(List::of)),
          Map.of(Figure.REDIS_CLIENTS_RATIO, new Threshold(0.1, 0.2)),
          Duration.ofSeconds(10),
          InstantSource.fixed(Instant.ofEpochMilli(7)),
          new HealthWatch.Reports() {
            @Override
            public void accept(HealthReport report) {
              reports.add(report);
            }

            @Override
            public void gone(String component, String instance) {}

            @Override
            public void close() {}
          },
          registry);

  private HealthReport lookedAt() {
    reports.clear();
    watch.look();
    assertThat(reports).hasSize(2);
    return reports.get(0);
  }

  private double shown(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  @Test
  void figuresAreJudgedByTheirOwnThresholdsOrByThoseOfTheConfig() {
    readings.add(Reading.of(Figure.REDIS_MEMORY_USED_RATIO, 0.9));
    readings.add(Reading.of(Figure.REDIS_CLIENTS_RATIO, 0.15));
    readings.add(Reading.of(Figure.REDIS_EVICTED_KEYS, 1e9));
    HealthReport report = lookedAt();
    assertThat(report.gauges().stream().map(HealthReport.Gauge::level))
        .containsExactly(Level.WARN, Level.WARN, Level.OK);
    assertThat(report.level()).isEqualTo(Level.WARN);
    assertThat(shown("freshet.health.redis.memory_used_ratio", "instance", "cache:6379"))
        .isEqualTo(0.9);
    readings.set(0, Reading.of(Figure.REDIS_MEMORY_USED_RATIO, 0.95));
    assertThat(lookedAt().level()).isEqualTo(Level.CRITICAL);
    assertThat(shown("freshet.health.level", "component", "redis")).isEqualTo(2);
  }

  @Test
  void aProbeThatFailsIsAReportAndTheOthersAreAskedAllTheSame() {
    readings.add(Reading.of(Figure.REDIS_CLIENTS, 3));
    assertThat(lookedAt().problem()).isEmpty();
    broken = true;
    HealthReport report = lookedAt();
    assertThat(report.problem()).isEqualTo("IllegalStateException: connection refused");
    assertThat(report.level()).isEqualTo(Level.CRITICAL);
    assertThat(report.gauges()).isEmpty();
    assertThat(registry.find("freshet.health.redis.clients").gauge()).isNull();
    assertThat(reports.get(1).problem()).isEmpty();
    broken = false;
    assertThat(lookedAt().level()).isEqualTo(Level.OK);
    assertThat(shown("freshet.health.redis.clients")).isEqualTo(3);
  }

  @Test
  void aSlotThatIsGoneIsShownNoMore() {
    readings.add(Reading.of(Figure.POSTGRES_SLOT_RETAINED_BYTES, "slot", "a", 1));
    readings.add(Reading.of(Figure.POSTGRES_SLOT_RETAINED_BYTES, "slot", "b", 2));
    lookedAt();
    readings.remove(0);
    lookedAt();
    assertThat(registry.find("freshet.health.postgres.slot_retained_bytes").gauges())
        .singleElement()
        .satisfies(gauge -> assertThat(gauge.getId().getTag("slot")).isEqualTo("b"));
  }
}

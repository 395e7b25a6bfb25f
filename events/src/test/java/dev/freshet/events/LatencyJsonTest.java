package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LatencyJsonTest {

  private static final RequestCounts COUNTS = new RequestCounts(1200, 1, 900, 100, 2, 3);

  @Test
  void aRowIsReadAsItWasWritten() throws Exception {
    LatencyRow row =
        new LatencyRow(
            "shop",
            "/orders/{id}",
            "5m",
            1_767_225_300_000L,
            1_767_225_600_000L,
            1_767_225_601_200L,
            COUNTS,
            new LatencyRow.Latencies(
                12_500_001,
                9_100_000,
                20_400_000,
                31_000_000,
                80_200_000,
                140_600_000,
                999_999_999));
    assertThat(LatencyJson.parseRow(LatencyJson.write(row))).isEqualTo(row);
    assertThat(new String(LatencyJson.write(row), StandardCharsets.UTF_8))
        .contains("\"rate\":4.0", "\"hit_rate\":0.9", "\"p95_ms\":31.0", "\"error_rate\":8.33E-4");
  }

  @Test
  void anEmptyRowHasNoLatencies() throws Exception {
    LatencyRow row = new LatencyRow("shop", "/", "1m", 0, 60_000, 0, RequestCounts.NONE, null);
    String json = new String(LatencyJson.write(row), StandardCharsets.UTF_8);
    assertThat(json).contains("\"count\":0", "\"p95_ms\":null", "\"error_rate\":null");
    assertThat(LatencyJson.parseRow(LatencyJson.write(row))).isEqualTo(row);
  }

  @Test
  void aMinuteIsReadAsItWasWritten() throws Exception {
    ExponentialHistogram latencies = new ExponentialHistogram();
    latencies.add(12_000_000, 3);
    LatencyMinute minute =
        new LatencyMinute("shop", "_total", 1_767_225_600_000L, COUNTS, latencies);
    LatencyMinute read = LatencyJson.parseMinute(LatencyJson.write(minute));
    assertThat(read.counts()).isEqualTo(COUNTS);
    assertThat(read.minuteMillis()).isEqualTo(minute.minuteMillis());
    assertThat(read.latencies().toBytes()).isEqualTo(latencies.toBytes());
  }

  @Test
  void keysAreJsonArrays() {
    assertThat(new String(LatencyJson.key("shop", "/a\"b", "1m"), StandardCharsets.UTF_8))
        .isEqualTo("[\"shop\",\"/a\\\"b\",\"1m\"]");
    assertThat(new String(LatencyJson.key("shop", "/", 60_000L), StandardCharsets.UTF_8))
        .isEqualTo("[\"shop\",\"/\",60000]");
  }

  @Test
  void somethingElseIsRefused() {
    byte[] row = "{\"service\":\"shop\"}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> LatencyJson.parseRow(row)).isInstanceOf(MalformedEventException.class);
    assertThatThrownBy(() -> LatencyJson.parseMinute(null))
        .isInstanceOf(MalformedEventException.class);
  }
}

package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.runtime.config.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class WebhookSinkTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<String> posts = new ArrayList<>();
  private final List<Integer> answers = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-22T10:00:00Z");
  private final InstantSource clock = () -> now;

  private final HttpPost http =
      new HttpPost(new AddressGuard(Set.of()), Duration.ofSeconds(1)) {
        @Override
        int send(URI to, Map<String, String> headers, byte[] body) throws IOException {
          posts.add(
              to.getHost()
                  + " "
                  + headers.get("Idempotency-Key")
                  + " "
                  + headers.get("Freshet-Signature"));
          int answer = answers.isEmpty() ? 200 : answers.remove(0);
          if (answer == 0) {
            throw new IOException("connection refused");
          }
          return answer;
        }
      };

  private final WebhookSink webhook =
      new WebhookSink(
          new Webhook("https://one.example.com/x?token=y", Optional.of(new Secret("key"))),
          Duration.ofMinutes(15),
          http,
          registry,
          clock);

  private ConsumerRecord<byte[], byte[]> record(long offset, Alert.State state) {
    Alert alert = new Alert("slo", "1h/5m", "page", state, 1, 1, 14.4, 20, 20, 0.999, 5, 100);
    return record(offset, AlertJson.write(alert), now.toEpochMilli());
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset, byte[] value, long timestamp) {
    return new ConsumerRecord<>(
        "shop.alerts",
        0,
        offset,
        timestamp,
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  @Test
  void tellsOfFiringAndResolvedWithASignature() {
    ConsumerRecord<byte[], byte[]> firing = record(7, Alert.State.FIRING);
    webhook.apply(
        List.of(
            record(6, Alert.State.PENDING),
            firing,
            record(8, Alert.State.INACTIVE),
            record(9, "nonsense".getBytes(StandardCharsets.UTF_8), now.toEpochMilli())));
    String signature = WebhookSink.signature("key", now.getEpochSecond(), firing.value());
    assertThat(posts)
        .containsExactly(
            "one.example.com shop.alerts-0-7 t=%d,v1=%s"
                .formatted(now.getEpochSecond(), signature));
    assertThat(signature).hasSize(64);
  }

  @Test
  void postsAgainUnderTheSameNameAndNotAtOnce() {
    List<ConsumerRecord<byte[], byte[]>> batch =
        List.of(record(6, Alert.State.FIRING), record(7, Alert.State.RESOLVED));
    answers.addAll(List.of(200, 0, 500));
    assertThatThrownBy(() -> webhook.apply(batch))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("https://one.example.com does not take alerts");
    assertThatThrownBy(() -> webhook.apply(batch)).isInstanceOf(IllegalStateException.class);
    assertThat(posts).hasSize(2);
    now = now.plusSeconds(1);
    assertThatThrownBy(() -> webhook.apply(batch)).isInstanceOf(IllegalStateException.class);
    assertThat(posts).hasSize(3);
    now = now.plusSeconds(2);
    webhook.apply(batch);
    assertThat(posts).hasSize(4);
    assertThat(posts.stream().filter(post -> post.contains(" shop.alerts-0-6 "))).hasSize(1);
  }

  @Test
  void aClockThatIsSetBackDelaysNothing() {
    List<ConsumerRecord<byte[], byte[]>> batch = List.of(record(7, Alert.State.FIRING));
    answers.addAll(List.of(500, 200));
    assertThatThrownBy(() -> webhook.apply(batch)).isInstanceOf(IllegalStateException.class);
    now = now.minusSeconds(3600);
    assertThatThrownBy(() -> webhook.apply(batch)).isInstanceOf(IllegalStateException.class);
    now = now.plusSeconds(2);
    webhook.apply(batch);
    assertThat(posts).hasSize(2);
  }

  @Test
  void aRedirectIsAFailure() {
    answers.addAll(List.of(302, 200));
    assertThatThrownBy(() -> webhook.apply(List.of(record(7, Alert.State.FIRING))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void oneThatIsDeadIsGivenUp() {
    List<ConsumerRecord<byte[], byte[]>> batch =
        List.of(record(7, Alert.State.FIRING), record(8, Alert.State.RESOLVED));
    for (int i = 0;
        i < 10_000
            && registry.get("freshet.webhook.posts").tag("outcome", "given_up").counter().count()
                == 0;
        i++) {
      answers.clear();
      answers.add(0);
      try {
        webhook.apply(batch);
      } catch (IllegalStateException waiting) {
        now = now.plusSeconds(1);
      }
    }
    assertThat(posts.size()).isLessThan(40);
    assertThat(now).isAfter(Instant.parse("2026-11-22T10:14:00Z"));
  }

  @Test
  void oldStoriesAreNotTold() {
    Alert alert =
        new Alert("slo", "1h/5m", "page", Alert.State.FIRING, 1, 1, 14.4, 20, 20, 0.999, 5, 100);
    webhook.apply(
        List.of(record(1, AlertJson.write(alert), now.minus(Duration.ofDays(2)).toEpochMilli())));
    assertThat(posts).isEmpty();
  }
}

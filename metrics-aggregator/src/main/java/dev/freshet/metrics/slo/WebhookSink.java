package dev.freshet.metrics.slo;

import dev.freshet.events.Alert;
import dev.freshet.events.AlertJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.runtime.Sink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts firing and resolved alerts to one webhook, at least once and in order: the position moves
 * on when it has answered with 2xx or was given up. An alert that is posted again has the same
 * {@code Idempotency-Key}. Its queue is the topic, read by a group of its own, so a webhook that is
 * down holds up no other.
 */
final class WebhookSink implements Sink {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookSink.class);
  private static final String GIVEN_UP = "given_up";
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** What is older says nothing about now: a webhook that is new hears no old stories. */
  private static final Duration OLDEST = Duration.ofDays(1);

  private final Webhook webhook;
  private final Duration giveUpAfter;
  private final HttpPost http;
  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Map<String, Attempts> attempts = new HashMap<>();

  WebhookSink(
      Webhook webhook,
      Duration giveUpAfter,
      HttpPost http,
      MeterRegistry registry,
      InstantSource clock) {
    this.webhook = webhook;
    this.giveUpAfter = giveUpAfter;
    this.http = http;
    this.registry = registry;
    this.clock = clock;
    posts(GIVEN_UP); // there from the start: a rate sees its first increase
  }

  /** How one post goes. */
  private static final class Attempts {
    long firstMillis;
    long lastMillis;
    int count;
    long nextMillis;
    boolean done;

    Attempts(long firstMillis) {
      this.firstMillis = firstMillis;
      this.lastMillis = firstMillis;
    }

    /**
     * A clock that was set back takes the times with it: else nothing would be tried until then.
     */
    void look(long nowMillis) {
      long back = Math.max(0, lastMillis - nowMillis);
      firstMillis -= back;
      nextMillis -= back;
      lastMillis = nowMillis;
    }
  }

  @Override
  public Map<Integer, Long> nextOffsets(Assignment assignment) {
    return Map.of(); // Webhooks remember nothing: Kafka's committed offset counts.
  }

  @Override
  public void apply(List<ConsumerRecord<byte[], byte[]>> batch) {
    for (ConsumerRecord<byte[], byte[]> record : batch) {
      if (isToldOf(record)) {
        deliver(record);
      }
    }
    attempts.clear();
  }

  private boolean isToldOf(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null || record.timestamp() < clock.millis() - OLDEST.toMillis()) {
      return false;
    }
    try {
      Alert.State state = AlertJson.parse(record.value()).state();
      return state == Alert.State.FIRING || state == Alert.State.RESOLVED;
    } catch (MalformedEventException e) {
      LOG.warn("{}-{}: {}", record.topic(), record.offset(), e.getMessage());
      count("malformed");
      return false;
    }
  }

  private void deliver(ConsumerRecord<byte[], byte[]> record) {
    String id = "%s-%d-%d".formatted(record.topic(), record.partition(), record.offset());
    Attempts attempt = attempts.computeIfAbsent(id, any -> new Attempts(clock.millis()));
    attempt.look(clock.millis());
    if (!attempt.done && attempt.nextMillis <= clock.millis()) {
      attempt(id, record.value(), attempt);
    }
    if (!attempt.done) {
      throw new IllegalStateException(webhook.shown() + " does not take alerts");
    }
  }

  private void attempt(String id, byte[] body, Attempts attempt) {
    String answer;
    try {
      int status = http.send(webhook.address(), headers(id, body), body);
      if (status / 100 == 2) {
        attempt.done = true;
        count("delivered");
        return;
      }
      answer = "status " + status;
    } catch (IOException e) {
      answer = e.toString();
    }
    attempt.count++;
    long now = clock.millis();
    if (now - attempt.firstMillis >= giveUpAfter.toMillis()) {
      LOG.error("{} was given up for alert {}: {}", webhook.shown(), id, answer);
      attempt.done = true;
      count(GIVEN_UP);
      return;
    }
    LOG.warn("{} did not take alert {}: {}", webhook.shown(), id, answer);
    count("failed");
    long pause = FIRST_PAUSE.toMillis() << Math.min(attempt.count - 1, 10);
    attempt.nextMillis = now + Math.min(pause, LONGEST_PAUSE.toMillis());
  }

  private Map<String, String> headers(String id, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Idempotency-Key", id);
    webhook
        .secret()
        .ifPresent(
            secret -> {
              long seconds = clock.millis() / 1000;
              headers.put(
                  "Freshet-Signature",
                  "t=%d,v1=%s".formatted(seconds, signature(secret.reveal(), seconds, body)));
            });
    return headers;
  }

  /** HMAC-SHA256 of the seconds, a dot and the body, in hexadecimal. */
  static String signature(String secret, long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private void count(String outcome) {
    posts(outcome).increment();
  }

  private Counter posts(String outcome) {
    return Counter.builder("freshet.webhook.posts")
        .description("Posts of alerts to webhooks")
        .tag("outcome", outcome)
        .register(registry);
  }

  @Override
  public void close() {
    attempts.clear();
  }
}

package dev.freshet.reporter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** Sends batches over HTTP, as compressed lines of JSON, until they are taken or it is no use. */
final class Delivery {

  private static final int TRIES = 5;
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Pattern REJECTED = Pattern.compile("\"rejected_count\":([0-9]{1,9})");

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(5))
          .version(HttpClient.Version.HTTP_1_1)
          .build();
  private final ReporterBuilder options;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private volatile String problem = "";

  Delivery(ReporterBuilder options) {
    this.options = options;
  }

  long sent() {
    return sent.get();
  }

  long rejected() {
    return rejected.get();
  }

  String problem() {
    return problem;
  }

  /** Whether the batch arrived. */
  boolean send(List<AnsweredRequest> batch) throws InterruptedException {
    HttpRequest request = request(batch);
    Duration pause = options.firstPause;
    for (int tries = 1; ; tries++) {
      Duration asked = Duration.ZERO;
      try {
        HttpResponse<String> response =
            client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        int status = response.statusCode();
        if (status / 100 == 2 || status == 400) {
          took(batch.size(), response.body(), status);
          return true;
        }
        problem = "%s answered %d: %s".formatted(options.door, status, response.body().strip());
        if (status != 429 && status < 500) {
          return false;
        }
        asked = retryAfter(response);
      } catch (IOException e) {
        problem = "%s: %s".formatted(options.door, e);
      }
      if (tries == TRIES) {
        return false;
      }
      Duration wait = asked.compareTo(pause) > 0 ? asked : pause;
      Thread.sleep((wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait).toMillis());
      pause = pause.multipliedBy(2);
    }
  }

  /** 400 means that every single event was rejected: to send them again is of no use. */
  private void took(int count, String body, int status) {
    Matcher matcher = REJECTED.matcher(body);
    int bad = matcher.find() ? Math.min(count, Integer.parseInt(matcher.group(1))) : 0;
    bad = status == 400 ? count : bad;
    rejected.addAndGet(bad);
    sent.addAndGet(count - bad);
    problem = bad == 0 ? "" : "%d of %d were rejected: %s".formatted(bad, count, body.strip());
  }

  private static Duration retryAfter(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("").strip();
    return seconds.matches("[0-9]{1,5}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : Duration.ZERO;
  }

  private HttpRequest request(List<AnsweredRequest> batch) {
    StringBuilder lines = new StringBuilder(batch.size() * 160);
    for (AnsweredRequest request : batch) {
      request.writeTo(lines, options.service);
      lines.append('\n');
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(options.door)
            .timeout(TIMEOUT)
            .header("Content-Type", "application/x-ndjson")
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(gzip(lines)));
    options.token.ifPresent(token -> request.header("Authorization", "Bearer " + token));
    return request.build();
  }

  private static byte[] gzip(StringBuilder lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}

package dev.freshet.ingest.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a worker's REST interface. A worker that is busy with a rebalance, or has just
 * started, is asked again until {@link #PATIENCE} is over. Thread-safe.
 */
final class ConnectHttp {

  /** Longer than a rebalance after a worker's death takes by default: 60 s. */
  static final Duration PATIENCE = Duration.ofSeconds(75);

  /** A worker that has just opened its door has nothing behind it for some seconds. */
  private static final Duration YOUTH = Duration.ofSeconds(15);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** A worker gives up a request after 90 s by itself; one that validates asks the database. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(95);

  private static final long PAUSE_MILLIS = 500;
  private static final int LONGEST_TEXT = 500; // of an answer that is not JSON
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final Optional<String> authorization;
  private final Duration youth;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  ConnectHttp(String url, Optional<String> authorization) {
    this(url, authorization, YOUTH);
  }

  ConnectHttp(String url, Optional<String> authorization, Duration youth) {
    this.url = url;
    this.authorization = authorization;
    this.youth = youth;
  }

  /**
   * An answer.
   *
   * @param body missing when there was none
   */
  record Answer(int status, JsonNode body) {

    boolean ok() {
      return status / 100 == 2;
    }

    /**
     * Whether it is the door's answer and not Connect's: what Connect does not know of it says in
     * words of its own.
     */
    boolean nothingThere() {
      return status == 404 && (!body.has("error_code") || message().equals("HTTP 404 Not Found"));
    }

    /** What the worker says is wrong. */
    String message() {
      return body.path("message").asText("it answered " + status);
    }
  }

  String url() {
    return url;
  }

  Answer get(String path) {
    return send("GET", path, null);
  }

  /**
   * @param body JSON; null for none
   * @throws FreshetException when there is no answer
   */
  Answer send(String method, String path, @Nullable JsonNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(ANSWER_TIMEOUT)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()));
    authorization.ifPresent(value -> request.header("Authorization", value));
    long begin = System.nanoTime();
    try {
      while (true) {
        Answer answer = once(request.build());
        long waited = System.nanoTime() - begin;
        if (answer.nothingThere() && waited > youth.toNanos()) {
          throw notAWorker("404 for " + path);
        }
        boolean passes = answer.nothingThere() || passes(answer);
        if (!passes || waited > PATIENCE.toNanos()) {
          return answer;
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while asking Kafka Connect", "", "", e);
    }
  }

  /** Whether the same request may succeed a moment later. */
  private static boolean passes(Answer answer) {
    return answer.status() == 503
        || (answer.status() == 409 && !answer.message().contains("already exists"));
  }

  private Answer once(HttpRequest request) throws InterruptedException {
    HttpResponse<String> answer;
    try {
      answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw FreshetException.unreachable(
          "Kafka Connect does not answer",
          "%s: %s".formatted(url, e.getMessage() == null ? "no connection" : e),
          "check ingest.connect.url, and that a worker runs there",
          e);
    }
    if (answer.statusCode() == 401 || answer.statusCode() == 403) {
      throw FreshetException.unfit(
          "Kafka Connect refuses these credentials",
          "%s answered %d".formatted(url, answer.statusCode()),
          "set ingest.connect.authorization to what its Authorization header must be");
    }
    return new Answer(answer.statusCode(), parse(answer.statusCode(), answer.body().strip()));
  }

  private JsonNode parse(int status, String body) {
    if (body.isEmpty()) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      if (status == 404) {
        return MissingNode.getInstance();
      }
      throw notAWorker(body.substring(0, Math.min(body.length(), LONGEST_TEXT)));
    }
  }

  private FreshetException notAWorker(String answered) {
    return FreshetException.unfit(
        "this is not a Kafka Connect worker",
        "%s answered: %s".formatted(url, answered),
        "check ingest.connect.url");
  }
}

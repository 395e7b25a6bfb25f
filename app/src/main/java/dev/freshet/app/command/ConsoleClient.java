package dev.freshet.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.app.ConfigFile;
import dev.freshet.console.api.Answers;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Asks a console over HTTP. Every failure is told to people as a {@link FreshetException}. */
final class ConsoleClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String NO_SUCH_PATH = "urn:freshet:problem:not-found";
  private static final String HOW = "write the address alone, like http://127.0.0.1:8088";

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String url;
  private final Optional<String> token;

  ConsoleClient(String url, Optional<String> token) {
    this.url = url.replaceAll("/+$", "");
    this.token = token;
  }

  /** A path with its parameters, given as names and values. */
  static String path(String path, Object... pairs) {
    StringBuilder all = new StringBuilder(path);
    for (int i = 0; i < pairs.length; i += 2) {
      all.append(i == 0 ? '?' : '&').append(pairs[i]).append('=');
      all.append(URLEncoder.encode(String.valueOf(pairs[i + 1]), StandardCharsets.UTF_8));
    }
    return all.toString();
  }

  /** The answer. */
  <T> T get(String path, Class<T> answer) throws InterruptedException {
    return read(path, text(path), answer);
  }

  /** The answer; empty when the console knows of nothing of this kind. */
  <T> Optional<T> find(String path, Class<T> answer) throws InterruptedException {
    HttpResponse<String> answered = send(path);
    return answered.statusCode() == 404
            && problem(answered).path("type").asText().endsWith("-not-found")
        ? Optional.empty()
        : Optional.of(read(path, ok(path, answered), answer));
  }

  /** The answer's body. */
  String text(String path) throws InterruptedException {
    return ok(path, send(path));
  }

  private <T> T read(String path, String body, Class<T> answer) {
    try {
      return Answers.read(body, answer);
    } catch (IOException e) {
      throw notOurs("%s%s answered something else than JSON of a console".formatted(url, path));
    }
  }

  private HttpResponse<String> send(String path) throws InterruptedException {
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT);
      token.ifPresent(shown -> request.header("Authorization", "Bearer " + shown));
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IllegalArgumentException e) {
      // The message may have the token in it, when that is what is wrong.
      throw notOurs(
          url.matches("https?://[^/?#\\s]+.*")
              ? "the token has a character that no header can carry"
              : "it has to begin with http:// or https://");
    } catch (IOException e) {
      throw FreshetException.unreachable(
          "there is no console at " + url,
          e instanceof ConnectException
              ? "nothing takes connections there"
              : e.getMessage() == null ? e.toString() : e.getMessage(),
          "does freshet run there, with console.listen in its %s?"
              .formatted(ConfigFile.DEFAULT_NAME),
          e);
    }
  }

  private String ok(String path, HttpResponse<String> answer) {
    if (answer.statusCode() == 200) {
      return answer.body();
    }
    JsonNode problem = problem(answer);
    if (problem.isMissingNode() || problem.path("type").asText().equals(NO_SUCH_PATH)) {
      throw notOurs("%s%s answered %d".formatted(url, path, answer.statusCode()));
    }
    if (answer.statusCode() == 429 || answer.statusCode() == 503) {
      throw FreshetException.unreachable(
          "the console does not answer now",
          problem.path("detail").asText(),
          problem.path("hint").asText(),
          null);
    }
    String hint =
        answer.statusCode() == 401
            ? "show its token: set %s, or name a file with --token-file"
                .formatted(ConsoleOption.TOKEN)
            : problem.path("hint").asText();
    throw FreshetException.failed(
        "the console refused",
        "%s%s answered %d: %s"
            .formatted(url, path, answer.statusCode(), problem.path("detail").asText()),
        hint,
        null);
  }

  /** What a console says when it refuses; missing when this is not one of its problems. */
  private static JsonNode problem(HttpResponse<String> answer) {
    try {
      JsonNode read = JSON.readTree(answer.body());
      return read.path("type").asText().startsWith("urn:freshet:problem:")
          ? read
          : read.path("none");
    } catch (IOException notJson) {
      return JSON.missingNode();
    }
  }

  private FreshetException notOurs(String detail) {
    return FreshetException.failed(url + " is not the address of a console", detail, HOW, null);
  }
}

package dev.freshet.app.command;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name a console, and how it is asked. */
final class ConsoleOption {

  static final String TOKEN = "FRESHET_CONSOLE_TOKEN";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "The console to ask, its token in the variable " + TOKEN + ". Default: the config's.")
  private @Nullable String url;

  /** What a console answered. */
  private record Place(String url, Optional<String> token) {}

  private Place place(Terminal terminal) {
    if (url != null) {
      return new Place(url.replaceAll("/+$", ""), terminal.environment().variable(TOKEN));
    }
    FreshetConfig read = config.read(terminal);
    String listen =
        read.console()
            .listen()
            .orElseThrow(
                () ->
                    FreshetException.failed(
                        "there is no console to ask",
                        "%s does not say where it listens".formatted(config.file()),
                        "set console: { listen: 127.0.0.1:8088 } and run freshet, or name one: --url",
                        null));
    return new Place("http://" + listen, read.console().token().map(Secret::reveal));
  }

  /**
   * The answer's body.
   *
   * @throws FreshetException when there is none, or it is a problem
   */
  String get(Terminal terminal, String path) throws InterruptedException {
    Place place = place(terminal);
    HttpResponse<String> answer;
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(place.url() + path)).timeout(TIMEOUT);
      place.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IllegalArgumentException e) {
      throw FreshetException.failed(
          "%s is not the address of a console".formatted(place.url()),
          String.valueOf(e.getMessage()),
          "write it like http://127.0.0.1:8088",
          e);
    } catch (IOException e) {
      throw FreshetException.unreachable(
          "the console did not answer",
          "%s: %s".formatted(place.url(), e),
          "does freshet run, with console.listen in %s?".formatted(ConfigFile.DEFAULT_NAME),
          e);
    }
    if (answer.statusCode() != 200) {
      throw FreshetException.failed(
          "the console refused",
          "%s%s answered %d: %s"
              .formatted(place.url(), path, answer.statusCode(), answer.body().strip()),
          answer.statusCode() == 401 ? "set its token in " + TOKEN : "",
          null);
    }
    return answer.body();
  }
}

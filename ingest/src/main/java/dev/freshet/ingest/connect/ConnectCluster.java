package dev.freshet.ingest.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.ingest.connect.ConnectHttp.Answer;
import dev.freshet.runtime.FreshetException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a Kafka Connect cluster about one connector. Any worker answers for all.
 *
 * <p>Every method throws {@link FreshetException} when no worker answers or the request is refused.
 * Thread-safe.
 */
public final class ConnectCluster {

  private final ConnectHttp http;

  ConnectCluster(ConnectHttp http) {
    this.http = http;
  }

  /** The address it is asked at. */
  public String url() {
    return http.url();
  }

  /** The version of Kafka it runs. */
  public String version() {
    return required(http.get("/"), "could not ask for its version").path("version").asText();
  }

  /** The version of a connector plugin; empty when the worker has none of this class. */
  public Optional<String> plugin(String className) {
    JsonNode plugins = required(http.get("/connector-plugins"), "could not ask for its plugins");
    for (JsonNode plugin : plugins) {
      if (plugin.path("class").asText().equals(className)) {
        return Optional.of(plugin.path("version").asText());
      }
    }
    return Optional.empty();
  }

  /** How a connector is; empty when there is none of this name. */
  public Optional<ConnectorStatus> status(String name) {
    return found(http.get(path(name, "/status")), "could not ask for its status")
        .map(ConnectorStatus::of);
  }

  /**
   * How a connector is that has to be there.
   *
   * @param hint what to do when it is not
   */
  public ConnectorStatus required(String name, String hint) {
    return status(name)
        .orElseThrow(
            () -> FreshetException.failed("there is no connector " + name, url(), hint, null));
  }

  /** A connector's config as it is stored; empty when there is none of this name. */
  public Optional<Map<String, String>> config(String name) {
    return found(http.get(path(name, "/config")), "could not ask for its config")
        .map(
            json -> {
              Map<String, String> config = new TreeMap<>();
              json.properties()
                  .forEach(field -> config.put(field.getKey(), field.getValue().asText()));
              return config;
            });
  }

  /**
   * What a worker says against a config: a line for each field, {@code field: reason}; empty when
   * it would take it. The connector connects to the database to find out.
   */
  public List<String> problems(Map<String, String> config) {
    String className = config.getOrDefault("connector.class", "");
    String simple = className.substring(className.lastIndexOf('.') + 1);
    JsonNode validated =
        required(
            http.send(
                "PUT",
                "/connector-plugins/" + encoded(simple) + "/config/validate",
                object(config)),
            "could not have the config validated");
    List<String> problems = new ArrayList<>();
    for (JsonNode field : validated.path("configs")) {
      for (JsonNode error : field.path("value").path("errors")) {
        problems.add(field.path("value").path("name").asText() + ": " + error.asText());
      }
    }
    return problems;
  }

  /** Makes a connector, running or stopped. */
  public void create(String name, Map<String, String> config, boolean stopped) {
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("name", name);
    request.set("config", object(config));
    request.put("initial_state", stopped ? "STOPPED" : "RUNNING");
    done(http.send("POST", "/connectors", request), "could not make connector " + name);
  }

  /** Changes a connector's config; its task starts again. */
  public void update(String name, Map<String, String> config) {
    done(
        http.send("PUT", path(name, "/config"), object(config)),
        "could not change connector " + name);
  }

  /** Lets the task stay but do nothing; it keeps the slot. */
  public void pause(String name) {
    done(http.send("PUT", path(name, "/pause"), null), "could not pause connector " + name);
  }

  /** Lets a paused or stopped connector go on. */
  public void resume(String name) {
    done(http.send("PUT", path(name, "/resume"), null), "could not resume connector " + name);
  }

  /** Ends the tasks and keeps config and position. */
  public void stop(String name) {
    done(http.send("PUT", path(name, "/stop"), null), "could not stop connector " + name);
  }

  /** Starts the connector and its tasks again, all or those that failed. */
  public void restart(String name, boolean onlyFailed) {
    done(
        http.send("POST", path(name, "/restart?includeTasks=true&onlyFailed=" + onlyFailed), null),
        "could not restart connector " + name);
  }

  /** A connector's offsets, in the form {@link #setOffsets} takes; empty when there is none. */
  public Optional<JsonNode> offsets(String name) {
    return found(http.get(path(name, "/offsets")), "could not ask for its offsets");
  }

  /** Moves the position of a stopped connector. */
  public void setOffsets(String name, JsonNode offsets) {
    done(
        http.send("PATCH", path(name, "/offsets"), offsets),
        "could not set the offsets of connector " + name);
  }

  /** Forgets the position of a stopped connector. */
  public void forgetOffsets(String name) {
    done(
        http.send("DELETE", path(name, "/offsets"), null),
        "could not forget the offsets of connector " + name);
  }

  private Optional<JsonNode> found(Answer answer, String otherwise) {
    return answer.status() == 404 ? Optional.empty() : Optional.of(required(answer, otherwise));
  }

  private JsonNode required(Answer answer, String otherwise) {
    done(answer, otherwise);
    return answer.body();
  }

  private void done(Answer answer, String otherwise) {
    if (answer.ok()) {
      return;
    }
    @Nullable String hint =
        switch (answer.status()) {
          case 404 -> "see what there is: freshet connect status";
          case 409, 503 ->
              "the cluster is still rebalancing or starting: look at its workers, try again";
          default -> "the worker's log may say more";
        };
    throw FreshetException.failed(
        otherwise, "%s: %s".formatted(http.url(), answer.message()), hint, null);
  }

  private static ObjectNode object(Map<String, String> config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    new TreeMap<>(config).forEach(json::put);
    return json;
  }

  private static String path(String name, String rest) {
    return "/connectors/" + encoded(name) + rest;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

package dev.freshet.ingest.connect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.runtime.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a connector and its tasks are, as a worker tells.
 *
 * @param state RUNNING, PAUSED, STOPPED, FAILED, RESTARTING or UNASSIGNED: of the connector itself,
 *     which may be RUNNING while its task is FAILED
 * @param worker where it runs
 * @param trace why it failed; empty when it did not
 * @param json as it was told
 */
public record ConnectorStatus(
    String name, String state, String worker, String trace, List<Task> tasks, JsonNode json) {

  /** The state of a connector or task that gave up. */
  public static final String FAILED = "FAILED";

  /** The state in which a connector or task does its work. */
  public static final String RUNNING = "RUNNING";

  /** The state of a connector without tasks, whose offsets may be changed. */
  public static final String STOPPED = "STOPPED";

  /** A task of the connector. */
  public record Task(int id, String state, String worker, String trace) {}

  public ConnectorStatus {
    tasks = List.copyOf(tasks);
  }

  static ConnectorStatus of(JsonNode json) {
    List<Task> tasks = new ArrayList<>();
    for (JsonNode task : json.path("tasks")) {
      tasks.add(
          new Task(
              task.path("id").asInt(),
              task.path("state").asText(),
              task.path("worker_id").asText(),
              task.path("trace").asText()));
    }
    JsonNode connector = json.path("connector");
    return new ConnectorStatus(
        json.path("name").asText(),
        connector.path("state").asText(),
        connector.path("worker_id").asText(),
        connector.path("trace").asText(),
        tasks,
        json);
  }

  /** Whether the connector or one of its tasks gave up; Connect does not start it again. */
  public boolean failed() {
    return state.equals(FAILED) || tasks.stream().anyMatch(task -> task.state().equals(FAILED));
  }

  /** Whether changes are being captured. */
  public boolean captures() {
    return state.equals(RUNNING)
        && !tasks.isEmpty()
        && tasks.stream().allMatch(task -> task.state().equals(RUNNING));
  }

  /** Whether it has no task left that could move its position. */
  public boolean stopped() {
    return state.equals(STOPPED) && tasks.isEmpty();
  }

  /** Refuses to go on while its position may still move. */
  public void requireStopped() {
    if (!stopped()) {
      throw FreshetException.unfit(
          "connector %s is not stopped: its position still moves".formatted(name),
          inWords(),
          "stop it first: freshet connect stop");
    }
  }

  /** One line: {@code connector RUNNING, task 0 FAILED}. */
  public String inWords() {
    return "connector "
        + state
        + tasks.stream()
            .map(task -> ", task %d %s".formatted(task.id(), task.state()))
            .collect(Collectors.joining());
  }

  /** The last cause in the trace of what failed, which is where Java names the reason. */
  public String reason() {
    String all =
        tasks.stream().map(Task::trace).filter(text -> !text.isEmpty()).findFirst().orElse(trace);
    return all.lines()
        .filter(line -> line.startsWith("Caused by: "))
        .reduce((first, second) -> second)
        .map(line -> line.substring("Caused by: ".length()))
        .orElseGet(() -> all.lines().findFirst().orElse(""));
  }
}

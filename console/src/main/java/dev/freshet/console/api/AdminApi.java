package dev.freshet.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.console.model.Model;
import dev.freshet.console.model.Positions;
import dev.freshet.events.LatencyRow;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The paths of the platform: its metrics, and the order to forget something cached. */
final class AdminApi {

  private static final int MOST_TAGS = 1000;
  private static final int LONGEST_TAG = 512;

  private static final Parameter POSITION =
      Parameter.text("position", "The position a POST answered with.");
  private static final Parameter WAIT =
      Parameter.duration("wait", "0s", 30, "How long to wait until it is applied, up to 30s.");

  /**
   * The platform's figures over the last five minutes; null where there were no requests, or nobody
   * counts them any more.
   *
   * @param freshness the state of commit to delete, in one word
   */
  record Monitoring(
      State freshness,
      Percentiles commitToDelete,
      LatencyApi.@Nullable Window requests,
      long alertsFiring) {}

  /**
   * What is posted: {@code {"action":"clear_cache","tags":["org:7"]}}.
   *
   * @param tags what is stale; everything when they are left out
   */
  record Order(String action, @Nullable List<String> tags) {}

  /**
   * An order that Kafka has.
   *
   * @param position ask for it with GET and {@code position=}
   * @param applied whether every cache reflects it
   */
  record Cleared(String position, boolean applied) {}

  private final Model model;
  private final Setup setup;
  private final StatusApi status;
  private final Invalidator invalidator;
  private final Waiting waiting;
  private final InstantSource clock;

  AdminApi(
      Model model,
      Setup setup,
      StatusApi status,
      Invalidator invalidator,
      Waiting waiting,
      InstantSource clock) {
    this.model = model;
    this.setup = setup;
    this.status = status;
    this.invalidator = invalidator;
    this.waiting = waiting;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/monitoring/metrics",
            "The platform's figures over the last five minutes.",
            Monitoring.class,
            asked -> monitoring()),
        new Endpoint(
            "POST",
            "/api/monitoring/performance",
            "Makes everything with these tags stale, as a row change would; without tags,"
                + " everything.",
            List.of(),
            Cleared.class,
            Endpoint.Access.ADMIN,
            Order.class,
            this::clear),
        Endpoint.get(
            "/api/monitoring/performance",
            "Whether an order is applied everywhere.",
            Cleared.class,
            this::applied,
            POSITION,
            WAIT));
  }

  private Monitoring monitoring() {
    Status now = status.status();
    return new Monitoring(
        now.state(),
        now.commitToDelete(),
        model
            .latencies()
            .row(LatencyRow.TOTAL, LatencyRow.TOTAL, setup.usualWindow())
            .filter(row -> !Status.standsStill(row, clock.millis()))
            .map(LatencyApi.Window::of)
            .orElse(null),
        model.alerts().stream()
            .filter(alert -> alert.state() == dev.freshet.events.Alert.State.FIRING)
            .count());
  }

  private Cleared clear(Asked asked) throws ProblemException, InterruptedException {
    Set<String> tags = tags(asked.body());
    long xid = model.freshness().newestXid();
    if (xid == 0) {
      throw new ProblemException(
          Problem.NOT_READY,
          "no transaction has come through yet, so there is no place for this among them",
          "ask again once GET /api/v1/status has a reached_lsn");
    }
    return new Cleared(invalidator.clear(tags, xid, clock.millis()), false);
  }

  private static Set<String> tags(byte[] body) throws ProblemException {
    JsonNode order;
    try {
      order = Answers.JSON.readTree(body);
    } catch (IOException e) {
      throw wrong("the body is not JSON");
    }
    if (order == null || !order.isObject()) {
      throw wrong("the body is not a JSON object");
    }
    List<String> unknown = new ArrayList<>();
    order.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(List.of("action", "tags"));
    if (!unknown.isEmpty()) {
      throw wrong("\"%s\" is not part of an order".formatted(unknown.get(0)));
    }
    if (!order.path("action").asText().equals("clear_cache")) {
      throw wrong("\"action\" is not \"clear_cache\", the only one there is");
    }
    if (!order.has("tags")) {
      return Set.of();
    }
    Set<String> tags = new TreeSet<>();
    for (JsonNode tag : order.path("tags")) {
      if (!tag.isTextual() || tag.asText().isEmpty() || tag.asText().length() > LONGEST_TAG) {
        throw wrong("a tag is a text of 1 to %d characters".formatted(LONGEST_TAG));
      }
      tags.add(tag.asText());
    }
    if (tags.isEmpty() || tags.size() > MOST_TAGS) {
      throw wrong(
          "\"tags\" has %d, expected 1 to %d; left out, it means everything"
              .formatted(tags.size(), MOST_TAGS));
    }
    return tags;
  }

  private static ProblemException wrong(String detail) {
    return new ProblemException(
        Problem.INVALID_BODY, detail, "send {\"action\":\"clear_cache\",\"tags\":[\"org:7\"]}");
  }

  private Cleared applied(Asked asked) throws ProblemException, InterruptedException {
    String position = asked.text("position");
    if (!position.matches("[0-9]{1,5}:[0-9]{1,18}")) {
      throw Asked.invalid(
          "\"position\" is \"%s\"".formatted(position), "send what the POST answered: 0:4711");
    }
    int colon = position.indexOf(':');
    int partition = Integer.parseInt(position.substring(0, colon));
    long offset = Long.parseLong(position.substring(colon + 1));
    Positions positions = model.freshness().positions();
    return waiting.until(
        Cleared::applied,
        () -> new Cleared(position, positions.next(partition) > offset),
        asked.duration(WAIT),
        positions);
  }
}

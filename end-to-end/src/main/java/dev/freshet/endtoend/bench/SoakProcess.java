package dev.freshet.endtoend.bench;

import dev.freshet.endtoend.faults.Member;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Freshet in a process of its own, all roles, and what it and the system say about it. */
final class SoakProcess implements AutoCloseable {

  private static final long START_SECONDS = 180;
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final String DOOR = "metrics at ";
  private static final double KIB_PER_MIB = 1024;

  private final Member member;
  private final URI metrics;
  private final HttpClient client = HttpClient.newHttpClient();

  private SoakProcess(Member member, URI metrics) {
    this.member = member;
    this.metrics = metrics;
  }

  /** Starts it; returns when all of its services run. */
  static SoakProcess start(Path config, Map<String, String> variables) throws InterruptedException {
    Member member =
        new Member(
            "freshet",
            // All of the heap is resident from the start: what grows besides would be a leak.
            List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-Xshare:auto"),
            List.of("run", "-c", config.toString()),
            variables);
    member.start();
    if (!member.awaitReady(START_SECONDS)) {
      member.close();
      throw new IllegalStateException(
          "freshet did not start within %d s:%n%s"
              .formatted(START_SECONDS, String.join("\n", member.said())));
    }
    String door =
        member.said().stream()
            .filter(line -> line.contains(DOOR))
            .map(line -> line.substring(line.indexOf(DOOR) + DOOR.length()).strip())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("it did not say where its metrics are"));
    return new SoakProcess(member, URI.create(door));
  }

  /** How often it ended by itself. */
  int ownExits() {
    return member.ownExits();
  }

  /** Memory the system has given it, MiB; NaN where Linux does not tell. */
  double residentMib() {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(member.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToDouble(kib -> Double.parseDouble(kib) / KIB_PER_MIB)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException notLinux) {
      return Double.NaN;
    }
  }

  /** The page for Prometheus, as it is now. */
  Page page() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(metrics).timeout(ANSWER).build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(metrics + " answered " + answer.statusCode());
    }
    return new Page(answer.body());
  }

  /** A page of metrics. */
  record Page(String text) {

    /** The sum of all series that begin so: a name, and perhaps its first labels. */
    double sum(String beginning) {
      return text.lines()
          .filter(line -> line.startsWith(beginning))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }

    double heapMib() {
      return sum("jvm_memory_used_bytes{area=\"heap\"") / (1 << 20);
    }

    /** What the views' state takes of the room it is given, which it fills in time. */
    double viewsMib() {
      return sum("freshet_views_memory_bytes") / (1 << 20);
    }
  }

  @Override
  public void close() {
    member.close();
  }
}

package dev.freshet.reporter;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** What a {@link RequestReporter} needs to know. Not thread-safe. */
public final class ReporterBuilder {

  final URI door;
  String service = "";
  Optional<String> token = Optional.empty();
  int queueCapacity = 10_000;
  Duration flushEvery = Duration.ofSeconds(1);
  Duration firstPause = Duration.ofMillis(200);

  ReporterBuilder(URI freshet) {
    this.door = freshet.resolve("/v1/requests");
  }

  /** Who answers the requests; required. */
  public ReporterBuilder service(String name) {
    this.service = name;
    return this;
  }

  /** What Freshet's {@code requests.token} says. */
  public ReporterBuilder token(String secret) {
    this.token = Optional.of(secret);
    return this;
  }

  /** How many requests may wait to be sent, each about 200 bytes; 10,000 by default. */
  public ReporterBuilder queueCapacity(int requests) {
    if (requests < 1) {
      throw new IllegalArgumentException("a queue holds at least one, found " + requests);
    }
    this.queueCapacity = requests;
    return this;
  }

  /** How long a request waits for others to be sent with it; 1 s by default. */
  public ReporterBuilder flushEvery(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("an interval is above 0, found " + interval);
    }
    this.flushEvery = interval;
    return this;
  }

  ReporterBuilder firstPause(Duration pause) {
    this.firstPause = pause;
    return this;
  }

  /** Starts the one thread of the reporter, a daemon. */
  public RequestReporter start() {
    if (service.isEmpty()) {
      throw new IllegalStateException("a reporter needs the name of its service");
    }
    return new RequestReporter(this);
  }
}

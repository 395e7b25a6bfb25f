package dev.freshet.metrics;

import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The aggregator in a JVM of its own, which can be halted at any moment. */
final class AggregatorProcess implements AutoCloseable {

  private final Process process;

  private AggregatorProcess(Process process) {
    this.process = process;
  }

  static AggregatorProcess start(String bootstrap, String namespace, Path state)
      throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            java,
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Djava.io.tmpdir=" + state,
            "-cp",
            System.getProperty("java.class.path"),
            AggregatorProcess.class.getName(),
            bootstrap,
            namespace);
    return new AggregatorProcess(builder.inheritIO().start());
  }

  /** {@code kill -9}: nothing is flushed, closed or told to anybody. */
  void halt() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Runs until it is killed, or its parent is. */
  public static void main(String[] args) throws IOException {
    List<Service> services =
        MetricsAggregator.services(
            new Topics(args[1]),
            MetricsConfig.defaults(),
            new KafkaConnection(args[0], Map.of()),
            new SimpleMeterRegistry());
    services.forEach(Service::start);
    ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().join());
    Runtime.getRuntime().halt(1);
  }
}

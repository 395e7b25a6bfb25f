package dev.freshet.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/** A distributed Kafka Connect worker in a JVM of its own, with the settings that are shipped. */
final class ConnectWorker implements AutoCloseable {

  /** It loads hundreds of classes and makes three topics. */
  private static final Duration LONGEST_START = Duration.ofMinutes(4);

  private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();
  private static final Path SHIPPED = Path.of("..", "connect", "worker.properties");
  private static final Path CLASS_PATH = Path.of("..", "connect", "target", "worker");

  private final Process process;
  private final String url;

  private ConnectWorker(Process process, String url) {
    this.process = process;
    this.url = url;
    Thread reader = new Thread(this::listen, "connect-worker-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** An address nobody listens at. */
  static String freeUrl() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  /**
   * @param url where it is to answer
   * @param folder for its settings, and for the files its connectors may refer to
   */
  static ConnectWorker start(String url, String kafkaBootstrap, Path folder) throws IOException {
    Properties settings = new Properties();
    try (Reader shipped = Files.newBufferedReader(SHIPPED)) {
      settings.load(shipped);
    }
    settings.putAll(
        Map.of(
            "bootstrap.servers",
            kafkaBootstrap,
            "listeners",
            url,
            "config.providers",
            "env,file",
            "config.providers.file.class",
            "org.apache.kafka.common.config.provider.FileConfigProvider",
            "config.providers.file.param.allowed.paths",
            folder.toString()));
    settings.remove("plugin.path"); // the connector is on the class path
    Path file = folder.resolve("worker.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xshare:auto",
                    "-Dorg.apache.logging.log4j.level=WARN",
                    "-cp",
                    CLASS_PATH + "/*",
                    "org.apache.kafka.connect.cli.ConnectDistributed",
                    file.toString()))
            .redirectErrorStream(true)
            .start();
    return new ConnectWorker(process, url);
  }

  /** Returns when it knows of connectors; before that it answers, but everything is 404 to it. */
  void awaitAnswer() throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/connectors")).timeout(Wait.LONGEST).build();
    long deadline = System.nanoTime() + LONGEST_START.toNanos();
    while (true) {
      try {
        if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (ConnectException notYet) {
        // It is not there yet.
      }
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IOException("the worker does not answer at " + url);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(line -> System.out.println("[connect] " + line));
    } catch (IOException e) {
      System.out.println("[connect] its output ended: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

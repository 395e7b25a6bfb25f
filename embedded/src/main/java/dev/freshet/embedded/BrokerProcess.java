package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * A broker in a JVM of its own: {@code BrokerProcess PROPERTIES READY} writes the file {@code
 * READY} when it serves, and stops in good order when it is asked to end.
 */
final class BrokerProcess {

  private BrokerProcess() {}

  /** Starts one on data that are formatted; returns when it serves. */
  static ChildProcess start(ServerSpec spec, Properties properties, Duration limit)
      throws IOException {
    Path settings = spec.data().resolve("server.properties");
    Path ready = spec.data().resolve("ready");
    Files.deleteIfExists(ready);
    try (Writer writer = Files.newBufferedWriter(settings, UTF_8)) {
      properties.store(writer, null);
    }
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(),
            BrokerProcess.class.getName(),
            settings.toString(),
            ready.toString());
    ChildProcess child =
        ChildProcess.start(spec, Privileges.asWeAre().diesWithUs("TERM", command), Map.of());
    child.awaitReady(
        limit,
        () -> {
          if (!Files.exists(ready)) {
            throw new NoSuchFileException(ready.toString());
          }
          return ready;
        });
    return child;
  }

  /** Ours, for a process that works in another folder. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  public static void main(String[] arguments) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]), UTF_8)) {
      properties.load(reader);
    }
    KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> EmbeddedKafka.stop(server), "broker-stop"));
    server.startup();
    Files.writeString(Path.of(arguments[1]), "");
    server.awaitShutdown();
  }
}

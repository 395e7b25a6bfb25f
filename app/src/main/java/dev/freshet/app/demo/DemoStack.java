package dev.freshet.app.demo;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.runtime.config.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The embedded stack as the demo wants it, and the config file that goes with it. */
final class DemoStack {

  /** Where the console is: at its usual port, or at any when that is taken. */
  static final String CONSOLE = "127.0.0.1:" + freePort();

  private static final int USUAL_PORT = 8088;

  private DemoStack() {}

  private static int freePort() {
    try (ServerSocket usual = new ServerSocket(USUAL_PORT, 1, InetAddress.getLoopbackAddress())) {
      return usual.getLocalPort();
    } catch (IOException taken) {
      return anyPort();
    }
  }

  private static int anyPort() {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static EmbeddedStack start(Optional<Path> data, Consumer<String> progress) {
    EmbeddedStack.Builder builder =
        EmbeddedStack.builder()
            .database("demo")
            .redisSetting("notify-keyspace-events", "Eg")
            .closeByCaller()
            .progress(progress);
    data.ifPresent(builder::dataFolder);
    return builder.start();
  }

  /** Writes the config beside the data, so that other commands can look at the running demo. */
  static Path writeConfig(EmbeddedStack stack) {
    Path file = stack.dataFolder().resolve("freshet.yaml");
    String text = DemoDatabase.text("freshet.yaml");
    for (Map.Entry<String, String> address : addresses(stack).entrySet()) {
      text = text.replace("${" + address.getKey() + "}", address.getValue());
    }
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The demo's config on this stack. */
  static FreshetConfig config(EmbeddedStack stack) {
    return ConfigFile.parse(
            DemoDatabase.text("freshet.yaml"), "freshet.yaml", Environment.of(addresses(stack)))
        .fold(
            accepted -> accepted.value(),
            problems -> {
              throw new InvalidConfigException(problems);
            });
  }

  private static Map<String, String> addresses(EmbeddedStack stack) {
    return Map.of(
        "DEMO_POSTGRES", stack.postgres().uri(),
        "DEMO_KAFKA", stack.kafkaBootstrap(),
        "DEMO_REDIS", stack.redisUri(),
        "DEMO_CONSOLE", CONSOLE,
        "DEMO_STATE", stack.dataFolder().resolve("views").toString());
  }
}

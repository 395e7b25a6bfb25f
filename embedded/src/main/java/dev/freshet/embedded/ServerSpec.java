package dev.freshet.embedded;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one server is started with. Its data live in {@code folder/name}, its output in {@code
 * folder/log/name.log}; servers of several names may share a folder. Immutable.
 *
 * @param port the loopback port, the same at each start
 * @param durable whether data must survive {@code kill -9} of the server
 * @param settings added to, or replacing, the ones we would choose
 * @param progress gets one line for people at each step
 */
public record ServerSpec(
    Path folder,
    String name,
    int port,
    boolean durable,
    Map<String, String> settings,
    Consumer<String> progress) {

  public ServerSpec {
    folder = folder.toAbsolutePath().normalize();
    settings = Map.copyOf(settings);
  }

  /** A durable server on a free port, with our settings, telling nobody. */
  public static ServerSpec in(Path folder, String name) {
    return new ServerSpec(folder, name, new Ports().free(), true, Map.of(), line -> {});
  }

  /** The same on this port. */
  public ServerSpec withPort(int newPort) {
    return new ServerSpec(folder, name, newPort, durable, settings, progress);
  }

  /** The same, whose data need not survive a crash: faster, for tests. */
  public ServerSpec withoutDurability() {
    return new ServerSpec(folder, name, port, false, settings, progress);
  }

  /** The same with one more setting, in the server's own syntax. */
  public ServerSpec withSetting(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put(key, value);
    return new ServerSpec(folder, name, port, durable, more, progress);
  }

  /** The same, telling this consumer what it does. */
  public ServerSpec withProgress(Consumer<String> newProgress) {
    return new ServerSpec(folder, name, port, durable, settings, newProgress);
  }

  Path data() {
    return folder.resolve(name);
  }

  Path log() {
    return folder.resolve("log").resolve(name + ".log");
  }

  /** Our settings with the user's on top, in order. */
  Map<String, String> over(Map<String, String> ours) {
    Map<String, String> all = new LinkedHashMap<>(ours);
    all.putAll(settings);
    return all;
  }

  void checkPort() {
    if (!Ports.isFree(port)) {
      throw new StackException(
          name + " cannot listen on 127.0.0.1:" + port,
          "another process listens on that port",
          "stop that process, or choose another port");
    }
  }

  void ready(String what, long startedNanos) {
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    progress.accept(
        String.format(Locale.ROOT, "%s ready on 127.0.0.1:%d after %.1f s", what, port, seconds));
  }
}

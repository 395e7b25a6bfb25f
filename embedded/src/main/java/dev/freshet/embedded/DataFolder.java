package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Where a stack keeps everything, locked as long as it is open. */
final class DataFolder implements AutoCloseable {
  private static final String PORTS_FILE = "ports.properties";

  private final Path path;
  private final boolean temporary;
  private final FolderLock lock;

  private DataFolder(Path path, boolean temporary, FolderLock lock) {
    this.path = path;
    this.temporary = temporary;
    this.lock = lock;
  }

  /** Opens a folder that outlives the stack, or, without one, a new one that does not. */
  static DataFolder open(Optional<Path> durable, TemporaryFolders temporaries) {
    Path path = durable.orElse(temporaries.parent());
    try {
      if (durable.isEmpty()) {
        path = temporaries.create();
      } else {
        Files.createDirectories(path);
        path = path.toRealPath();
        if (!Files.isWritable(path)) {
          throw new IOException("not writable for this user");
        }
      }
      return new DataFolder(path, durable.isEmpty(), FolderLock.take(path));
    } catch (IOException e) {
      throw new StackException(
          "the data folder " + path + " cannot be used",
          e.toString(),
          "choose a folder this user may create and write",
          e);
    }
  }

  Path path() {
    return path;
  }

  boolean temporary() {
    return temporary;
  }

  /** A port for each server: the one it had before if that is free, or else a new one. */
  Map<String, Integer> ports(List<String> servers, Ports chooser) throws IOException {
    Path file = path.resolve(PORTS_FILE);
    Properties remembered = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
        remembered.load(reader);
      }
    }
    List<Integer> fresh = chooser.free(servers.size());
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (int i = 0; i < servers.size(); i++) {
      int port = parsePort(remembered.getProperty(servers.get(i), ""));
      boolean usable = port > 0 && !ports.containsValue(port) && Ports.isFree(port);
      ports.put(servers.get(i), usable ? port : fresh.get(i));
    }
    Properties chosen = new Properties();
    ports.forEach((server, port) -> chosen.setProperty(server, String.valueOf(port)));
    try (Writer writer = Files.newBufferedWriter(file, UTF_8)) {
      chosen.store(writer, "Reused at the next start if still free");
    }
    return ports;
  }

  private static int parsePort(String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    return port <= 65_535 ? port : 0;
  }

  /** Gives the folder back, and removes it if it was temporary. */
  @Override
  public void close() {
    try (lock) {
      if (temporary) {
        new FileTree(path).delete();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.freshet.materializer;

import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How views are kept. */
@Doc("How views are kept.")
public record MaterializerConfig(
    @Doc("Where a view's state is: disk (RocksDB, one bounded cache for all) or memory.")
        @Default("disk")
        Store store,
    @Doc(
            "The folder for state on disk; below the system's temporary folder when left out. What is in it can be rebuilt.")
        @Example("/var/lib/freshet")
        Optional<String> stateDirectory) {

  /** Where state is kept. */
  public enum Store {
    DISK,
    MEMORY
  }

  /**
   * The folder for a namespace's state on disk. It is made here, once: several views begin at the
   * same time, and Kafka Streams fails when another one makes it meanwhile.
   */
  Path stateFolder(String namespace) {
    Path folder =
        stateDirectory
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "freshet-views"))
            .resolve(namespace);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw FreshetException.failed(
          "there is no folder for the state of views",
          folder + " could not be made: " + e,
          "set materializer.state-directory to a folder that may be written",
          e);
    }
  }

  /** Every setting left out. */
  public static MaterializerConfig defaults() {
    return new MaterializerConfig(Store.DISK, Optional.empty());
  }
}

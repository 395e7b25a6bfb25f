package dev.freshet.materializer;

import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
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

  /** Every setting left out. */
  public static MaterializerConfig defaults() {
    return new MaterializerConfig(Store.DISK, Optional.empty());
  }
}

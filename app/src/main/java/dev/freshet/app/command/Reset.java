package dev.freshet.app.command;

import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.ingest.Ingest;
import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.ingest.connect.ConnectorStatus;
import dev.freshet.invalidation.CacheReset;
import dev.freshet.materializer.ViewRemoval;
import dev.freshet.materializer.view.Database;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet reset}. */
@Command(
    name = "reset",
    description = "Accept a gap in the log: clear the namespace's cache and forget the position.",
    footer = {
      "  freshet reset                                # says what it would do",
      "  freshet reset --yes                          # with every role stopped",
    })
final class Reset implements Callable<Integer> {

  private final Terminal terminal;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--yes", description = "Do it.")
  private boolean yes;

  Reset(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    FreshetConfig read = config.read(terminal);
    if (!yes) {
      terminal.say(
          """
          this would delete every key of namespace %s in Redis, forget where capture stands and rebuild every view
            The next start reads the log from a new slot; changes before it are not looked at.
            Caches of other applications (delete, tag-set) are not cleared: clear them by hand.
            hint: stop every role, then: freshet reset --yes"""
              .formatted(read.namespace()));
      return ExitCode.WRONG_USAGE.number();
    }
    Optional<ConnectCluster> connect =
        read.ingest().connect().map(config -> Ingest.cluster(read.ingest()));
    String connector = read.ingest().connectorIn(read.topics());
    connect
        .flatMap(cluster -> cluster.status(connector))
        .ifPresent(ConnectorStatus::requireStopped);
    // The position last: once it is forgotten, nothing tells any more that changes were missed.
    long deleted = CacheReset.clear(read.redis().uri(), read.topics());
    int views =
        new ViewRemoval(new Database(read.postgres()), read.kafka().connection(), read.topics())
            .rebuildAll();
    connect
        .filter(cluster -> cluster.status(connector).isPresent())
        .ifPresent(cluster -> cluster.forgetOffsets(connector));
    Ingest.forgetPosition(read.kafka().connection(), read.topics());
    terminal.say(
        "deleted %,d keys and forgot the position; %d views are seeded again"
            .formatted(deleted, views));
    return ExitCode.DONE.number();
  }
}

package dev.freshet.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.CapturedTables;
import dev.freshet.app.ExitCode;
import dev.freshet.app.FreshetConfig;
import dev.freshet.app.Terminal;
import dev.freshet.ingest.Ingest;
import dev.freshet.ingest.Ingest.Deployed;
import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.ingest.connect.ConnectorStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet connect}: the connector in a Kafka Connect cluster. */
@Command(
    name = "connect",
    description = "Capture by a Kafka Connect of your own: its connector made, shown, stopped.",
    customSynopsis = "freshet connect config|deploy|status|pause|resume|stop|restart [OPTIONS]",
    footer = {
      "  freshet connect config > connector.json      # what deploy would send",
      "  freshet connect deploy                       # make it, or change it",
      "  freshet connect status                       # exit code 5: no capture",
      "  freshet connect restart --failed",
    })
final class ConnectCommand {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration OLD_NEWS = Duration.ofSeconds(8);
  private static final long PAUSE_MILLIS = 200;

  private final Terminal terminal;

  ConnectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "config",
      description = "Print the connector as JSON, in the form of POST /connectors.")
  int config(@Mixin ConfigOption config) {
    FreshetConfig read = config.read(terminal);
    ObjectNode connector = Json.object().put("name", name(read));
    ObjectNode settings = connector.putObject("config");
    Ingest.connector(
            read.ingest(), read.postgres(), read.topics(), CapturedTables.of(read).keySet())
        .forEach(settings::put);
    terminal.out().println(connector.toPrettyString());
    return ExitCode.DONE.number();
  }

  @Command(
      name = "deploy",
      description = "Make publication, tables and topics ready; make the connector, or change it.")
  int deploy(
      @Option(names = "--stopped", description = "Make a new connector without starting it.")
          boolean stopped,
      @Mixin ConfigOption config)
      throws InterruptedException {
    FreshetConfig read = config.read(terminal);
    Optional<ConnectorStatus> before = Ingest.cluster(read.ingest()).status(name(read));
    Deployed deployed =
        Ingest.deploy(
            read.ingest(),
            read.postgres(),
            read.kafka().connection(),
            read.topics(),
            CapturedTables.of(read),
            stopped);
    terminal.say(
        "connector %s %s"
            .formatted(
                name(read),
                switch (deployed) {
                  case CREATED -> "is made";
                  case CHANGED -> "is changed";
                  case UNCHANGED -> "is as the config has it";
                }));
    if (deployed == Deployed.CREATED) {
      return await(read, stopped ? ConnectorStatus::stopped : settled(false));
    }
    boolean begunAnew =
        deployed == Deployed.CHANGED && before.filter(ConnectorStatus::captures).isPresent();
    // One that rests goes on resting: deploy says what is to run, not whether.
    return await(read, settled(begunAnew).or(ConnectCommand::rests));
  }

  @Command(name = "status", description = "Show the connector and its tasks.")
  int status(
      @Mixin ConfigOption config,
      @Option(
              names = "--json",
              description = "Print {\"url\", \"captures\", \"status\", \"config\", \"offsets\"}.")
          boolean json) {
    FreshetConfig read = config.read(terminal);
    ConnectCluster cluster = Ingest.cluster(read.ingest());
    ConnectorStatus status = required(cluster, name(read));
    if (json) {
      ObjectNode report =
          Json.object().put("url", cluster.url()).put("captures", status.captures());
      report.set("status", status.json());
      ObjectNode settings = report.putObject("config");
      cluster.config(name(read)).orElse(Map.of()).forEach(settings::put);
      report.set("offsets", cluster.offsets(name(read)).orElse(Json.object()).path("offsets"));
      Json.print(terminal, report);
    } else {
      print(status);
    }
    return exitCode(status);
  }

  @Command(name = "pause", description = "Let the task rest; it keeps the slot.")
  int pause(@Mixin ConfigOption config) throws InterruptedException {
    return change(
        config, ConnectCluster::pause, before -> status -> status.state().equals("PAUSED"));
  }

  @Command(name = "resume", description = "Let a paused or stopped connector go on.")
  int resume(@Mixin ConfigOption config) throws InterruptedException {
    return change(config, ConnectCluster::resume, before -> settled(false));
  }

  @Command(name = "stop", description = "End the tasks; config and position stay.")
  int stop(@Mixin ConfigOption config) throws InterruptedException {
    return change(config, ConnectCluster::stop, before -> ConnectorStatus::stopped);
  }

  @Command(name = "restart", description = "Start the connector and its tasks again.")
  int restart(
      @Option(names = "--failed", description = "Only what has failed.") boolean failed,
      @Mixin ConfigOption config)
      throws InterruptedException {
    return change(
        config,
        (cluster, name) -> cluster.restart(name, failed),
        before -> settled(!failed && before.captures()));
  }

  /**
   * Captures, or has failed. For some time a worker still tells of how it was before: of a failure,
   * or, when what ran is to begin anew, of what runs no more. Then it has to be seen not running,
   * or that time has to pass.
   */
  private static Predicate<ConnectorStatus> settled(boolean begunAnew) {
    long believed = System.nanoTime() + OLD_NEWS.toNanos();
    AtomicBoolean ended = new AtomicBoolean(!begunAnew);
    return status -> {
      boolean news = System.nanoTime() - believed > 0;
      if (!status.captures()) {
        ended.set(true);
      }
      return (status.captures() && (ended.get() || news)) || (status.failed() && news);
    };
  }

  private static boolean rests(ConnectorStatus status) {
    return status.stopped() || status.state().equals("PAUSED");
  }

  private int change(
      ConfigOption config,
      BiConsumer<ConnectCluster, String> change,
      Function<ConnectorStatus, Predicate<ConnectorStatus>> reached)
      throws InterruptedException {
    FreshetConfig read = config.read(terminal);
    ConnectCluster cluster = Ingest.cluster(read.ingest());
    ConnectorStatus before = required(cluster, name(read));
    change.accept(cluster, name(read));
    return await(read, reached.apply(before));
  }

  /** Connect answers before it has done what it was asked for. */
  private int await(FreshetConfig read, Predicate<ConnectorStatus> reached)
      throws InterruptedException {
    ConnectCluster cluster = Ingest.cluster(read.ingest());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    var status = cluster.status(name(read));
    while (status.filter(reached).isEmpty() && System.nanoTime() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      status = cluster.status(name(read));
    }
    status.ifPresent(this::print);
    return (status.filter(reached).filter(found -> !found.failed()).isPresent()
            ? ExitCode.DONE
            : ExitCode.CHECK_FAILED)
        .number();
  }

  private void print(ConnectorStatus status) {
    terminal.out().printf("%-24s %-10s %s%n", status.name(), status.state(), status.worker());
    for (ConnectorStatus.Task task : status.tasks()) {
      terminal.out().printf("  task %-17d %-10s %s%n", task.id(), task.state(), task.worker());
    }
    if (status.failed()) {
      terminal.out().println("  " + status.reason());
      terminal.out().println("  hint: freshet connect restart --failed");
    }
  }

  private static int exitCode(ConnectorStatus status) {
    return (status.captures() ? ExitCode.DONE : ExitCode.CHECK_FAILED).number();
  }

  private static ConnectorStatus required(ConnectCluster cluster, String name) {
    return cluster.required(name, "make it with: freshet connect deploy");
  }

  private static String name(FreshetConfig config) {
    return config.ingest().connectorIn(config.topics());
  }
}

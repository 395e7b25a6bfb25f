package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.ingest.connect.ConnectorStatus;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.PostgresConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the Kafka Connect of a config is there, and its connector captures what it should. */
public final class ConnectCheck {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** The first Debezium that refuses to go on over a gap: offset.mismatch.strategy. */
  private static final int OLDEST_MAJOR = 3;

  private static final int OLDEST_MINOR = 4;

  private ConnectCheck() {}

  /** Looks, and changes nothing; nothing to report where Freshet captures by itself. */
  public static List<CheckResult> run(
      IngestConfig config,
      PostgresConnection postgres,
      Topics topics,
      Collection<TableName> tables) {
    if (config.connect().isEmpty()) {
      return List.of();
    }
    ConnectCluster cluster = Ingest.cluster(config);
    List<CheckResult> results = new ArrayList<>();
    try {
      results.add(
          CheckResult.ok(
              "connect.reachable",
              "Kafka Connect %s at %s".formatted(cluster.version(), cluster.url())));
      Map<String, String> wanted = Ingest.connector(config, postgres, topics, tables);
      results.add(plugin(cluster.plugin(wanted.getOrDefault("connector.class", ""))));
      String name = config.connectorIn(topics);
      results.add(cluster.status(name).map(ConnectCheck::connector).orElseGet(() -> absent(name)));
      cluster.config(name).map(found -> drift(found, wanted)).ifPresent(results::add);
    } catch (FreshetException e) {
      boolean silent = e.kind() == FreshetException.Kind.UNREACHABLE;
      results.add(
          CheckResult.fail(
              silent ? "connect.reachable" : "connect.check",
              e.getMessage() + ": " + e.detail(),
              e.hint()));
    }
    return results;
  }

  private static CheckResult plugin(Optional<String> version) {
    String subject = "connect.plugin";
    if (version.isEmpty()) {
      return CheckResult.fail(
          subject,
          "the workers have no Debezium connector for Postgres",
          "unpack its plugin archive into a folder of plugin.path, on each worker");
    }
    Matcher parts = VERSION.matcher(version.get());
    boolean old =
        parts.matches()
            && (Integer.parseInt(parts.group(1)) < OLDEST_MAJOR
                || (Integer.parseInt(parts.group(1)) == OLDEST_MAJOR
                    && Integer.parseInt(parts.group(2)) < OLDEST_MINOR));
    return old
        ? CheckResult.fail(
            subject,
            "Debezium %s does not notice gaps in the log".formatted(version.get()),
            "install %d.%d or newer".formatted(OLDEST_MAJOR, OLDEST_MINOR))
        : CheckResult.ok(subject, "Debezium " + version.get());
  }

  private static CheckResult connector(ConnectorStatus status) {
    String subject = "connect.connector";
    String found = status.name() + ": " + status.inWords();
    if (status.captures()) {
      return CheckResult.ok(subject, found);
    }
    return status.failed()
        ? CheckResult.fail(
            subject, found + ": " + status.reason(), "then: freshet connect restart --failed")
        : CheckResult.warn(subject, found, "let it go on with: freshet connect resume");
  }

  private static CheckResult absent(String name) {
    return CheckResult.fail(
        "connect.connector",
        "there is no connector " + name,
        "make it with: freshet connect deploy");
  }

  private static CheckResult drift(Map<String, String> found, Map<String, String> wanted) {
    List<String> different = Deployment.differences(found, wanted);
    return different.isEmpty()
        ? CheckResult.ok("connect.config", "as the config file has it")
        : CheckResult.warn(
            "connect.config",
            "differs from the config file in " + String.join(", ", different),
            "bring it there with: freshet connect deploy");
  }
}

package dev.freshet.ingest;

import dev.freshet.ingest.Ingest.Deployed;
import dev.freshet.ingest.connect.ConnectCluster;
import dev.freshet.runtime.FreshetException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The way from a config to a connector that has it. */
record Deployment(CaptureStart start, ConnectCluster cluster) {

  /** The field a worker adds to each config. */
  private static final String NAME = "name";

  Deployed run(boolean stopped) {
    String name = start.config().connectorIn(start.topics());
    Map<String, String> wanted = wanted();
    Optional<Map<String, String>> found = cluster.config(name);
    start.ready(
        stored ->
            new CaptureOffsets(Positions.position(cluster, name, start.topics()), stored.source()));
    if (found.isPresent() && without(found.get()).equals(wanted)) {
      return Deployed.UNCHANGED;
    }
    Map<String, String> named = new TreeMap<>(wanted);
    named.put(NAME, name);
    List<String> problems = cluster.problems(named);
    if (!problems.isEmpty()) {
      throw FreshetException.unfit(
          "Kafka Connect does not take the config of connector " + name,
          String.join("\n", problems),
          "fields are those of: freshet connect config");
    }
    if (found.isEmpty()) {
      cluster.create(name, wanted, stopped);
      return Deployed.CREATED;
    }
    cluster.update(name, wanted);
    return Deployed.CHANGED;
  }

  private Map<String, String> wanted() {
    return Ingest.connector(
        start.config(), start.postgres(), start.topics(), start.columnsBefore().keySet());
  }

  private static Map<String, String> without(Map<String, String> config) {
    Map<String, String> rest = new TreeMap<>(config);
    rest.remove(NAME);
    return rest;
  }

  /** Names of the fields in which a deployed config is not what would be deployed now. */
  static List<String> differences(Map<String, String> deployed, Map<String, String> wanted) {
    Map<String, String> here = without(deployed);
    TreeMap<String, String> all = new TreeMap<>(here);
    all.putAll(wanted);
    return all.keySet().stream()
        .filter(
            field ->
                !Optional.ofNullable(here.get(field))
                    .equals(Optional.ofNullable(wanted.get(field))))
        .toList();
  }
}

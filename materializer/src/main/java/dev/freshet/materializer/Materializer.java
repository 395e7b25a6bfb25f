package dev.freshet.materializer;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.materializer.commits.Aligner;
import dev.freshet.materializer.seed.CaptureGate;
import dev.freshet.materializer.seed.SeedTopics;
import dev.freshet.materializer.stream.BoundedRocks;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.ConsumerLags;
import dev.freshet.runtime.DeadLetters;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The front door of the role: its topics, its services. */
public final class Materializer {

  /** What users call this role. */
  public static final String NAME = "materializer";

  private static final Duration RETENTION = Duration.ofDays(7);
  private static final int LARGEST_RECORD = 64 << 20;

  private Materializer() {}

  /** The topics this role writes. */
  public static List<TopicSpec> topics(Topics topics, List<View> views) {
    List<TopicSpec> all = new ArrayList<>();
    if (views.isEmpty()) {
      return all;
    }
    all.add(
        new TopicSpec(
            topics.commits(),
            1,
            Map.of(
                "retention.ms", Long.toString(RETENTION.toMillis()),
                "max.message.bytes", Integer.toString(LARGEST_RECORD))));
    all.add(new TopicSpec(topics.viewTables(), 1, Map.of("cleanup.policy", "compact")));
    all.add(DeadLetters.topic(topics));
    views.forEach(view -> all.add(SeedTopics.rows(topics, view.name())));
    return all;
  }

  /**
   * The role's services: the aligner, then a keeper for each view.
   *
   * @param gate the slot and the publication of capture
   */
  public static List<Service> services(
      Topics topics,
      List<View> views,
      MaterializerConfig config,
      KafkaConnection kafka,
      PostgresConnection postgres,
      CaptureGate gate,
      MeterRegistry registry,
      Stages stages) {
    Database database = new Database(postgres);
    if (!views.isEmpty() && config.store() == MaterializerConfig.Store.DISK) {
      BoundedRocks.show(registry);
    }
    ViewFollowers followers =
        new ViewFollowers(topics, kafka, database, config, registry, stages, ConsumerLags::new);
    return services(topics, views, kafka, database, gate, followers);
  }

  static List<Service> services(
      Topics topics,
      List<View> views,
      KafkaConnection kafka,
      Database database,
      CaptureGate gate,
      ViewFollowers followers) {
    List<Service> services = new ArrayList<>();
    if (views.isEmpty()) {
      return services;
    }
    Set<TableName> tables = new TreeSet<>();
    views.forEach(view -> tables.addAll(view.plan().tables()));
    List<String> changes = tables.stream().map(topics::changes).toList();
    services.add(
        new Aligner(
            topics,
            kafka,
            changes,
            database.connections(),
            followers.registry(),
            InstantSource.system()));
    for (View view : views) {
      services.add(new ViewKeeper(topics, view, kafka, database, gate, followers, tables));
    }
    return services;
  }
}

package dev.freshet.materializer;

import dev.freshet.events.Topics;
import dev.freshet.materializer.seed.SeedTopics;
import dev.freshet.materializer.sink.Announcements;
import dev.freshet.materializer.sink.PgSink;
import dev.freshet.materializer.sink.SinkMetrics;
import dev.freshet.materializer.stream.ViewTopology;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.SinkService;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.StreamsService;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Makes the services that follow the log with one seed of a view.
 *
 * @param clients makes the clients of a stream
 */
record ViewFollowers(
    Topics topics,
    KafkaConnection kafka,
    Database database,
    MaterializerConfig config,
    MeterRegistry registry,
    Stages stages,
    Supplier<? extends KafkaClientSupplier> clients) {

  /** The services of this seed; they share nothing with those of another one. */
  ViewFollower of(View view, int attempt) {
    String application = SeedTopics.application(topics, view, attempt);
    String name = "view-" + view.name();
    Properties settings = ViewTopology.settings();
    settings.put(StreamsConfig.STATE_DIR_CONFIG, config.stateFolder(topics.namespace()).toString());
    Service sink =
        new SinkService(
            name + "-sink",
            topics.view(view.name()),
            application + "-sink",
            kafka,
            () ->
                new PgSink(
                    database,
                    topics.namespace(),
                    view,
                    attempt,
                    new Announcements(kafka, topics, view.table()),
                    new SinkMetrics(registry, view.name(), stages, InstantSource.system())));
    boolean onDisk = config.store() == MaterializerConfig.Store.DISK;
    Service stream =
        new StreamsService(
            name,
            application,
            ViewTopology.build(topics, view.plan(), onDisk),
            kafka,
            StreamsService.counted(settings, topics, ViewTopology.stage(view.plan()), registry),
            registry,
            clients.get());
    return new ViewFollower(List.of(sink, stream), () -> forget(application));
  }

  /** Removes what the services of a seed left in Kafka and on disk. */
  void forget(String application) {
    try (SeedTopics kafkaSide = new SeedTopics(kafka, topics)) {
      kafkaSide.forget(application);
    }
    forgetDisk(application);
  }

  /**
   * Removes state on disk. A new seed's comes from its changelog: what lies there under its name is
   * of a database or a Kafka that is no more, and its rows would be taken for the view's.
   */
  void forgetDisk(String application) {
    Path state = config.stateFolder(topics.namespace()).resolve(application);
    try {
      Utils.delete(state.toFile());
    } catch (IOException e) {
      throw FreshetException.failed(
          "old state of a view could not be deleted",
          state + ": " + e,
          "delete this folder, or set materializer.state-directory to another one",
          e);
    }
  }
}

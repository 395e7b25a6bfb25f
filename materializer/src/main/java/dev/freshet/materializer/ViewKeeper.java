package dev.freshet.materializer;

import dev.freshet.events.Topics;
import dev.freshet.materializer.seed.CaptureGate;
import dev.freshet.materializer.seed.SeedTopics;
import dev.freshet.materializer.seed.Seeding;
import dev.freshet.materializer.sink.PgSink;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.sink.SinkMetrics;
import dev.freshet.materializer.stream.ViewTopology;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.SinkService;
import dev.freshet.runtime.StreamsService;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One view, kept: seeded when it has to be, then its stream and its sink.
 *
 * <p>Its start does not wait for the seed, which can take long and needs capture to run; until then
 * it is {@link Health.State#STARTING}. A view whose SQL changed is seeded beside the old rows,
 * which stay until the new ones replace them in one transaction.
 */
final class ViewKeeper implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(ViewKeeper.class);

  private final Topics topics;
  private final View view;
  private final KafkaConnection kafka;
  private final Database database;
  private final CaptureGate gate;
  private final MaterializerConfig config;
  private final MeterRegistry registry;
  private final Thread thread;
  private final List<Service> running = new ArrayList<>();
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile boolean closing;

  ViewKeeper(
      Topics topics,
      View view,
      KafkaConnection kafka,
      Database database,
      CaptureGate gate,
      MaterializerConfig config,
      MeterRegistry registry) {
    this.topics = topics;
    this.view = view;
    this.kafka = kafka;
    this.database = database;
    this.gate = gate;
    this.config = config;
    this.registry = registry;
    this.thread = new Thread(this::begin, name());
  }

  @Override
  public String name() {
    return "view-" + view.name();
  }

  @Override
  public void start() {
    thread.start();
  }

  private void begin() {
    try {
      int attempt = attempt();
      if (!closing) {
        follow(attempt);
      }
    } catch (RuntimeException e) {
      if (!closing) {
        LOG.error("{} stopped", name(), e);
        health = new Health(Health.State.FAILED, e.toString());
      }
    }
  }

  /** The attempt whose state is good, after a seed when there is none. */
  private int attempt() {
    Optional<Registry.Known> known = known();
    if (known.isPresent()) {
      String application = SeedTopics.application(topics, view, known.get().attempt());
      try (SeedTopics kafkaSide = new SeedTopics(kafka, topics)) {
        if (known.get().live()
            && known.get().id().equals(view.plan().id())
            && known.get().table().equals(view.table().toString())
            && kafkaSide.canGoOn(application)) {
          return known.get().attempt();
        }
        LOG.info("view {} is seeded again: its definition or its log is another", view.name());
        kafkaSide.forget(application);
      }
    }
    return new Seeding(database, kafka, topics, view, gate, () -> closing).run();
  }

  private Optional<Registry.Known> known() {
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      return new Registry(topics.namespace()).find(connection, view.name());
    } catch (SQLException e) {
      throw database.failed("view " + view.name() + " could not be looked up", e);
    }
  }

  private void follow(int attempt) {
    String application = SeedTopics.application(topics, view, attempt);
    Properties settings = ViewTopology.settings();
    settings.put(StreamsConfig.STATE_DIR_CONFIG, config.stateFolder(topics.namespace()).toString());
    run(
        new SinkService(
            name() + "-sink",
            topics.view(view.name()),
            application + "-sink",
            kafka,
            () ->
                new PgSink(
                    database,
                    topics.namespace(),
                    view,
                    new SinkMetrics(registry, view.name(), InstantSource.system()))));
    run(
        new StreamsService(
            name(),
            application,
            ViewTopology.build(
                topics, view.plan(), config.store() == MaterializerConfig.Store.DISK),
            kafka,
            settings));
    health = Health.of(Health.State.RUNNING);
  }

  private void run(Service service) {
    synchronized (running) {
      if (closing) {
        return;
      }
      running.add(service);
    }
    service.start();
  }

  @Override
  public Health health() {
    synchronized (running) {
      for (Service service : running) {
        if (service.health().state() == Health.State.FAILED
            || service.health().state() == Health.State.DEGRADED) {
          return service.health();
        }
      }
    }
    return health;
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    List<Service> toClose;
    synchronized (running) {
      toClose = List.copyOf(running);
    }
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    health = Health.of(Health.State.STOPPED);
  }
}

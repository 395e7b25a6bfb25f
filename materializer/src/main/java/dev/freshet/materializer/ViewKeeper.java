package dev.freshet.materializer;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.materializer.seed.CaptureGate;
import dev.freshet.materializer.seed.SeedTopics;
import dev.freshet.materializer.seed.Seeding;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.Service;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One view, kept: seeded when it has to be, then its stream and its sinks.
 *
 * <p>Its start does not wait for the seed, which can take long and needs capture to run; until then
 * it is {@link Health.State#STARTING}. A view whose SQL changed, or that somebody asked to rebuild
 * in {@code freshet.views}, is seeded beside the old rows, which go on following the log meanwhile
 * and are replaced in one transaction.
 */
final class ViewKeeper implements Service {

  private static final Logger LOG = LoggerFactory.getLogger(ViewKeeper.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);

  private final Topics topics;
  private final View view;
  private final KafkaConnection kafka;
  private final Database database;
  private final CaptureGate gate;
  private final Registry registry;
  private final ViewFollowers followers;
  private final Set<TableName> aligned;
  private final Thread thread;
  private volatile Health health = Health.of(Health.State.STARTING);
  private volatile @Nullable ViewFollower following;
  private volatile boolean closing;

  /**
   * @param aligned the tables whose changes come through {@code <ns>.commits}
   */
  ViewKeeper(
      Topics topics,
      View view,
      KafkaConnection kafka,
      Database database,
      CaptureGate gate,
      ViewFollowers followers,
      Set<TableName> aligned) {
    this.topics = topics;
    this.view = view;
    this.kafka = kafka;
    this.database = database;
    this.gate = gate;
    this.registry = new Registry(topics.namespace());
    this.followers = followers;
    this.aligned = Set.copyOf(aligned);
    this.thread = new Thread(this::run, name());
  }

  @Override
  public String name() {
    return "view-" + view.name();
  }

  @Override
  public void start() {
    thread.start();
  }

  private void run() {
    try {
      untilBegun();
      try (RebuildWatch watch = new RebuildWatch(database, registry, view.name())) {
        while (!closing) {
          lookAgain(watch);
        }
      }
    } catch (RuntimeException e) {
      if (!closing) {
        LOG.error("{} stopped", name(), e);
        health = new Health(Health.State.FAILED, e.toString());
      }
    }
  }

  private void untilBegun() {
    while (!closing) {
      try {
        begin();
        return;
      } catch (RuntimeException e) {
        if (closing || !mayPass(e)) {
          throw e;
        }
        LOG.warn("view {} could not begin; tried again", view.name(), e);
        health = new Health(Health.State.DEGRADED, "could not begin: " + reason(e));
        pause(PAUSE_AFTER_FAILURE);
      }
    }
  }

  /** Whether Postgres or Kafka said it: what they do not do now they may do later. */
  private static boolean mayPass(Throwable failure) {
    return failure instanceof SQLException
        || failure instanceof KafkaException
        || (failure instanceof FreshetException told
            && told.kind() == FreshetException.Kind.UNREACHABLE)
        || (failure.getCause() != null && mayPass(failure.getCause()));
  }

  private static String reason(RuntimeException e) {
    return e instanceof FreshetException told ? told.text() : String.valueOf(e.getMessage());
  }

  private void begin() {
    Optional<Registry.Known> known = known();
    boolean asItShouldBe = known.filter(this::isMine).isPresent();
    known
        .filter(row -> following == null)
        .filter(Registry.Known::live)
        .flatMap(old -> old.id().equals(view.plan().id()) ? Optional.of(in(old)) : before(old))
        .ifPresent(old -> goOn(old, known.get(), asItShouldBe));
    if (!asItShouldBe || following == null) {
      seed();
    }
  }

  private boolean isMine(Registry.Known known) {
    return known.live()
        && !known.rebuild()
        && known.id().equals(view.plan().id())
        && known.table().equals(view.table().toString());
  }

  /** The view as it is, in the table where its rows are: another one may be anybody's. */
  private View in(Registry.Known old) {
    return new View(view.plan(), TableName.parse(old.table()), view.tags());
  }

  /** The view as it was when its rows were made; empty when it is not understood any more. */
  private Optional<View> before(Registry.Known old) {
    try (Connection connection = database.open()) {
      // Its rows are cached too: of the tags, those whose columns its key has.
      return StoredView.of(connection, old)
          .map(was -> new View(was.plan(), was.table(), view.tags()));
    } catch (SQLException e) {
      throw database.failed("view " + view.name() + " could not be compiled", e);
    }
  }

  /**
   * Follows the log with the rows that are there, if that is possible.
   *
   * @param toStay whether nothing else will take their place
   */
  private void goOn(View old, Registry.Known known, boolean toStay) {
    if (!aligned.containsAll(old.plan().tables())) {
      LOG.info("view {} stays as it is until its new rows are there", view.name());
      return; // it would miss the changes of a table that no view of the config reads
    }
    String application = SeedTopics.application(topics, old, known.attempt());
    try (SeedTopics kafkaSide = new SeedTopics(kafka, topics)) {
      if (known.nextOffset() == Registry.NOT_FOLLOWED || !kafkaSide.canGoOn(application)) {
        LOG.warn("view {} is seeded again: its log or its state is gone", view.name());
        followers.forget(application);
        return;
      }
    }
    try {
      follow(old, known.attempt());
    } catch (RuntimeException e) {
      if (toStay || closing) {
        throw e;
      }
      LOG.warn("view {} stays as it is until its new rows are there", view.name(), e);
    }
  }

  private void follow(View which, int attempt) {
    ViewFollower follower = followers.of(which, attempt);
    following = follower;
    if (closing) {
      return;
    }
    try {
      follower.start();
    } catch (RuntimeException e) {
      following = null;
      follower.close();
      throw e;
    }
    health = Health.of(Health.State.RUNNING);
  }

  /** Makes the view anew while what is there goes on; then puts it in its place. */
  private void seed() {
    Seeding seeding = new Seeding(database, kafka, topics, view, gate, () -> closing);
    Seeding.Seeded seeded = seeding.run();
    ViewFollower old = following;
    if (old != null) {
      old.close();
      following = null;
    }
    if (closing) {
      return;
    }
    int attempt = seeded.attempt().number();
    followers.forgetDisk(SeedTopics.application(topics, view, attempt));
    seeding.show(seeded);
    if (old != null) {
      old.forget();
    }
    follow(view, attempt);
  }

  /** Whether somebody asked for a rebuild meanwhile. */
  private void lookAgain(RebuildWatch watch) {
    pause(LOOK_EVERY);
    if (closing || !watch.isAskedFor()) {
      return;
    }
    try {
      LOG.info("view {} is rebuilt, as it was asked for", view.name());
      seed();
    } catch (RuntimeException e) {
      if (closing || !mayPass(e)) {
        throw e;
      }
      LOG.warn(
          "view {} was not rebuilt{}; tried again",
          view.name(),
          following == null ? "" : ", its old rows go on",
          e);
      health = new Health(Health.State.DEGRADED, "could not be rebuilt: " + reason(e));
      pause(PAUSE_AFTER_FAILURE);
      if (following == null) {
        untilBegun();
      }
    }
  }

  private void pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
    }
  }

  private Optional<Registry.Known> known() {
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      return registry.find(connection, view.name());
    } catch (SQLException e) {
      throw database.failed("view " + view.name() + " could not be looked up", e);
    }
  }

  @Override
  public Health health() {
    ViewFollower now = following;
    Health below = now == null || now.isClosed() ? null : now.health();
    return below == null || health.state() == Health.State.FAILED ? health : worse(below);
  }

  @Override
  public long rebalances() {
    ViewFollower now = following;
    return now == null ? 0 : now.rebalances();
  }

  private Health worse(Health below) {
    boolean bad = below.state() == Health.State.FAILED || below.state() == Health.State.DEGRADED;
    return bad ? below : health;
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    ViewFollower now = following;
    if (now != null) {
      now.close();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ViewFollower late = following;
    if (late != null) {
      late.close();
    }
    health = Health.of(Health.State.STOPPED);
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.cache.Entries;
import dev.freshet.cache.FreshCache;
import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.resource.ClientResources;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run after the other, each with a Redis of its own and a table that stays. Used by one thread,
 * but for {@link #current}.
 */
final class Lane {

  private static final int SETTLE_SECONDS = 20;

  /** More than nodes, so that some have several. */
  private static final int CLUSTER_BUCKETS = 4;

  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final int number;
  private final Database database;
  private final KafkaConnection kafka;
  private final Topics topics;
  private final Path folder;
  private final ClientResources resources;
  private final boolean cluster;
  private final AtomicReference<@Nullable Run> current = new AtomicReference<>();
  private Optional<Run> newest = Optional.empty();
  private int runs;

  Lane(
      int number,
      Database database,
      KafkaConnection kafka,
      Topics topics,
      Path folder,
      ClientResources resources,
      boolean cluster) {
    this.number = number;
    this.database = database;
    this.kafka = kafka;
    this.topics = topics;
    this.folder = folder;
    this.resources = resources;
    this.cluster = cluster;
  }

  /** The run that is under way. */
  Optional<Run> current() {
    return Optional.ofNullable(current.get());
  }

  /** The run that was begun last, also when it failed; empty when it did not begin. */
  Optional<Run> newest() {
    return newest;
  }

  /** Runs a plan, as far as the Redis can go along with it, to its end; returns what was found. */
  Run run(Plan wanted, Variant variant) throws SQLException {
    newest = Optional.empty();
    try (LaneRedis redis = startRedis(wanted)) {
      Plan fit = wanted.only(redis::can);
      Plan plan = cluster ? fit.inBuckets(CLUSTER_BUCKETS + fit.buckets()) : fit;
      AbstractRedisClient client = redis.client(resources, TIMEOUT);
      try {
        Surroundings surroundings =
            new Surroundings(client, redis.uri(), plan.buckets(), kafka, topics);
        return run(plan, variant, redis, surroundings);
      } finally {
        current.set(null);
        client.shutdown(Duration.ZERO, TIMEOUT);
      }
    }
  }

  private LaneRedis startRedis(Plan plan) {
    Path own = folder.resolve("run-" + runs++);
    return cluster
        ? new ClusterRedis(own, resources, plan.random("cluster"))
        : new OneRedis(own, resources);
  }

  private Run run(Plan plan, Variant variant, LaneRedis redis, Surroundings surroundings)
      throws SQLException {
    SplittableRandom random = plan.random("lane");
    int ahead = random.nextInt(100, 1000);
    long offset = plan.has(Fault.XID_WRAP) ? (1L << 32) - database.newestXid() - ahead : 0;
    if (plan.has(Fault.EVICTION)) {
      redis.letEvict();
    }
    Run run = new Run(plan, number, offset, database.rules());
    current.set(run);
    newest = Optional.of(run);
    try (Variant.Side side = variant.open(surroundings, offset)) {
      Subjects subjects = Subjects.of(plan, variant.promisesAll());
      Applier applier = new Applier(run, side::openSink);
      Actors lasting = new Actors(run);
      lasting.start("applier", applier);
      Variant.Cache cache = side.cache();
      for (int i = 0; i < plan.readers(); i++) {
        lasting.start("reader", new Reader(run, cache, subjects, "reader " + i));
      }
      Actors busy = new Actors(run);
      for (int i = 0; i < plan.writers(); i++) {
        busy.start("writer", new Writer(run, database, "writer " + i, false));
      }
      if (plan.has(Fault.LONG_WRITES)) {
        busy.start("writer", new Writer(run, database, "long writer", true));
      }
      for (int i = 0; i < plan.loaders(); i++) {
        busy.start("loader", new Loader(run, database, cache, subjects, "loader " + i));
      }
      side.library()
          .ifPresent(
              library -> {
                for (int i = 0; i < plan.libraryUsers(); i++) {
                  busy.start(
                      "library", new LibraryUser(run, database, library, subjects, "library " + i));
                }
              });
      if (!subjects.crowd().isEmpty()) {
        busy.start("crowd", new Crowd(run, database, cache, subjects));
      }
      busy.start("faults", new Faults(run, redis, side, applier));
      busy.join();
      settle(run, applier);
      compare(run, cache, side.library(), subjects); // heartbeats go on: the library waits for them
      run.stop();
      lasting.join();
      run.throwFailure();
      if (plan.has(Fault.EVICTION)) {
        run.tally().add(Fault.EVICTION.figure(), redis.evicted());
      }
      if (plan.has(Fault.REORDERING)) {
        run.tally().count(Fault.REORDERING.figure());
      }
      if (offset > 0 && database.newestXid() + offset > 1L << 32) {
        run.tally().count(Fault.XID_WRAP.figure());
      }
    }
    return run;
  }

  /** Waits until everything that was committed is applied. */
  private void settle(Run run, Applier applier) throws SQLException {
    long version;
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE %s SET version = version + 1 WHERE id = %d"
              .formatted(Rows.table(number), Rows.MARKER));
      version = Loader.version(connection, number, Rows.MARKER);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
    while (run.inLog(Rows.MARKER) < version
        || run.judge().applied(Rows.MARKER) < version
        || applier.position() < run.journal().end()) {
      run.throwFailure();
      if (System.nanoTime() - deadline > 0) {
        run.tally().count("unsettled");
        run.keepTrace(
            Subject.of(Rows.MARKER),
            "UNSETTLED after %d s: the sink is at %d of %d, the marker %d in the log %d, applied %d"
                .formatted(
                    SETTLE_SECONDS,
                    applier.position(),
                    run.journal().end(),
                    version,
                    run.inLog(Rows.MARKER),
                    run.judge().applied(Rows.MARKER)));
        return;
      }
      Pause.forMillis(2);
    }
  }

  /** Counts entries that are not what the database says. */
  private void compare(
      Run run, Variant.Cache cache, Optional<FreshCache> library, Subjects subjects)
      throws SQLException {
    List<Subject> all = new ArrayList<>(subjects.few());
    all.addAll(subjects.crowd());
    List<Long> truth = new ArrayList<>();
    try (Connection connection = database.connect()) {
      for (int row = 0; row < Rows.COUNT; row++) {
        truth.add(Loader.version(connection, number, row));
      }
    }
    for (Subject subject : all) {
      List<Long> expected = subject.rows().stream().map(truth::get).toList();
      compare(run, subject, expected, read(cache, subject).map(Subject::versions));
    }
    if (library.isPresent()) {
      Entries<String> entries = LibraryUser.entries(library.get());
      for (Subject subject : subjects.few()) {
        List<Long> expected = subject.rows().stream().map(truth::get).toList();
        compare(run, subject, expected, awaitFresh(entries, subject, expected));
      }
    }
  }

  private static void compare(
      Run run, Subject subject, List<Long> expected, Optional<List<Long>> found) {
    run.tally().count(found.isPresent() ? "entries_at_end" : "misses_at_end");
    if (found.isPresent() && !found.get().equals(expected)) {
      run.tally().count("stale_forever");
      String told =
          "STALE FOREVER: %s is %s, the database says %s"
              .formatted(subject.key(), found.get(), expected);
      run.history().add("end", subject.mask(), told);
      if (run.tally().get("stale_forever") == 1) {
        run.keepTrace(subject, told);
      }
    }
  }

  /** What a process holds once the feed has had its time. */
  private static Optional<List<Long>> awaitFresh(
      Entries<String> entries, Subject subject, List<Long> expected) {
    long deadline = System.nanoTime() + LibraryUser.SILENCE.toNanos() * 2;
    Optional<List<Long>> found = entries.peek(LibraryUser.key(subject)).map(Subject::versions);
    while (found.isPresent() && !found.get().equals(expected) && System.nanoTime() - deadline < 0) {
      Pause.forMillis(5);
      found = entries.peek(LibraryUser.key(subject)).map(Subject::versions);
    }
    return found;
  }

  private static Optional<String> read(Variant.Cache cache, Subject subject) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos() * 3;
    while (true) {
      try {
        return cache.get(subject);
      } catch (RedisException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        Pause.forMillis(20);
      }
    }
  }
}

package dev.freshet.endtoend.consistency;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.EmbeddedStandby;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.embedded.ServerSpec;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.invalidation.InvalidationConfig;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.TopicProvisioner;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs many seeds against one Postgres, several at a time, each in a lane of its own.
 *
 * <p>Leaves nothing running. For one thread.
 */
public final class Checker {

  private static final List<Variant> ALL = List.of(new Fenced(), Peer.lease(), Peer.lsn());
  private static final Topics TOPICS = new Topics("check");
  private static final String FAILED = "failed_runs";
  private static final int MOST_FAILED = 3;
  private static final String MAX_CONNECTIONS = "max_connections";
  private static final int TRACE_LINES_TOLD = 60;
  private static final Duration CLIENT_END = Duration.ofSeconds(2);

  /** What the peers' designs answer for. */
  private static final Set<Fault> FOR_PEERS =
      EnumSet.of(Fault.DUPLICATES, Fault.REORDERING, Fault.REPLAYS, Fault.LONG_WRITES);

  private final Order order;
  private final List<Variant> variants;
  private final Consumer<String> talk;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();

  /**
   * What to check.
   *
   * @param seeds how many, from {@code firstSeed} on
   * @param seconds how long each seed writes and loads
   * @param lanes how many seeds run at a time
   * @param cluster whether Redis is a cluster, which only Freshet knows how to use
   * @param traces where a file is written for each run that broke the promise
   */
  public record Order(
      long firstSeed, int seeds, int seconds, int lanes, boolean cluster, Optional<Path> traces) {}

  private Checker(Order order, List<Variant> variants, Consumer<String> talk) {
    this.order = order;
    this.variants = variants;
    this.talk = talk;
    variants.forEach(variant -> tallies.put(variant.name(), new Tally()));
  }

  /** Freshet and both of its peers. */
  public static Checker all(Order order, Consumer<String> talk) {
    return new Checker(order, order.cluster() ? List.of(new Fenced()) : ALL, talk);
  }

  /** The names of {@link #named}. */
  public static List<String> variants() {
    return ALL.stream().map(Variant::name).toList();
  }

  /**
   * One of them.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public static Checker named(String name, Order order, Consumer<String> talk) {
    List<Variant> chosen = ALL.stream().filter(variant -> variant.name().equals(name)).toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no variant \"%s\"; there are %s"
              .formatted(name, String.join(", ", variants())));
    }
    return new Checker(order, chosen, talk);
  }

  static Checker of(Order order, Consumer<String> talk, Variant... variants) {
    return new Checker(order, List.of(variants), talk);
  }

  /** Runs all seeds; figures by variant, in order. */
  public Map<String, Map<String, Long>> run() throws SQLException, InterruptedException {
    String connections = Integer.toString(40 + 25 * order.lanes());
    try (EmbeddedStack stack =
        EmbeddedStack.builder()
            .progress(talk)
            .postgresSetting(MAX_CONNECTIONS, connections)
            .start()) {
      ServerSpec spec =
          ServerSpec.in(stack.dataFolder(), "standby")
              .withoutDurability()
              .withSetting(MAX_CONNECTIONS, connections)
              .withProgress(talk);
      try (EmbeddedStandby standby = new EmbeddedStandby(spec, stack.postgresServer())) {
        standby.start();
        run(stack, standby);
      }
    }
    Map<String, Map<String, Long>> figures = new LinkedHashMap<>();
    tallies.forEach((name, tally) -> figures.put(name, tally.all()));
    return figures;
  }

  private void run(EmbeddedStack stack, EmbeddedStandby standby)
      throws SQLException, InterruptedException {
    Database database =
        new Database(connection(stack.postgres()), connection(standby.address()), order.lanes());
    database.create();
    standby.awaitCaughtUp();
    KafkaConnection kafka = new KafkaConnection(stack.kafkaBootstrap(), Map.of());
    TopicProvisioner.ensure(
        kafka, InvalidationStream.topics(TOPICS, InvalidationConfig.defaults()));
    ClientResources resources = DefaultClientResources.builder().build();
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < order.lanes(); i++) {
      Path folder = stack.dataFolder().resolve("lane-" + i);
      lanes.add(new Lane(i, database, kafka, TOPICS, folder, resources, order.cluster()));
    }
    try (LogTap tap =
            new LogTap(database.primary(), Database.PUBLICATION, dispatch(database, lanes));
        SlowStandby slow = new SlowStandby(database.primary(), order.firstSeed());
        LaggingReplay replay = new LaggingReplay(database, order.firstSeed());
        Heartbeats beats = new Heartbeats(database)) {
      database.waitForSlowStandby();
      runLanes(
          lanes,
          () -> {
            tap.check();
            slow.check();
            replay.check();
            beats.check();
          });
      database.waitForNobody();
    } finally {
      resources.shutdown(0, CLIENT_END.toSeconds(), TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private static PostgresConnection connection(PostgresAddress at) {
    return new PostgresConnection(
        at.host(), at.port(), at.database(), at.user(), at.password(), Map.of());
  }

  private static Consumer<Commit> dispatch(Database database, List<Lane> lanes) {
    Map<TableName, Integer> tables = database.tables();
    return commit -> {
      for (RowChange change : commit.changes()) {
        if (change instanceof RowChange.Update update) {
          Row after = update.after();
          Integer lane = tables.get(change.source().table());
          if (lane != null) {
            lanes.get(lane).current().ifPresent(run -> run.changed(change, after, commit.end()));
          } else {
            lanes.forEach(
                each -> each.current().ifPresent(run -> run.beat(change, after, commit.end())));
          }
        }
      }
    };
  }

  private void runLanes(List<Lane> lanes, Runnable check) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(lanes.size());
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> done = new ArrayList<>();
    for (Lane lane : lanes) {
      done.add(
          threads.submit(
              () -> {
                for (int i = next.getAndIncrement();
                    i < order.seeds();
                    i = next.getAndIncrement()) {
                  runSeed(lane, order.firstSeed() + i);
                  check.run();
                }
                return true;
              }));
    }
    try {
      for (Future<?> lane : done) {
        lane.get();
      }
    } catch (ExecutionException e) {
      next.set(order.seeds());
      throw new IllegalStateException("the check could not go on", e.getCause());
    } finally {
      threads.shutdown();
    }
  }

  private void runSeed(Lane lane, long seed) throws SQLException {
    Plan plan = Plan.of(seed, Duration.ofSeconds(order.seconds()));
    for (Variant variant : variants) {
      Plan fit = variant.promisesAll() ? plan : plan.only(FOR_PEERS::contains);
      Tally tally = tally(variant);
      try {
        found(variant, seed, lane.run(fit, variant));
      } catch (RuntimeException e) {
        lane.newest().ifPresent(run -> found(variant, seed, run));
        failed(variant, seed, e);
      }
      tally.count("seeds");
      if (tally.get("seeds") % 10 == 0) {
        progress(variant);
      }
    }
  }

  private void found(Variant variant, long seed, Run run) {
    tally(variant).addAll(run.tally());
    if (variant.promisesAll()) {
      run.traces().forEach(trace -> tell(variant, seed, trace));
    }
  }

  /** A run that did not come to its end: others go on, unless there are too many. */
  private synchronized void failed(Variant variant, long seed, RuntimeException e) {
    Tally tally = tally(variant);
    tally.count(FAILED);
    StringWriter stack = new StringWriter();
    e.printStackTrace(new PrintWriter(stack));
    talk.accept(variant.name() + ": the run of seed " + seed + " failed: " + stack);
    if (tally.get(FAILED) > MOST_FAILED + order.seeds() / 100) {
      throw new IllegalStateException(tally.get(FAILED) + " runs have failed", e);
    }
  }

  private Tally tally(Variant variant) {
    Tally tally = tallies.get(variant.name());
    if (tally == null) {
      throw new IllegalStateException("no tally for " + variant.name());
    }
    return tally;
  }

  private synchronized void progress(Variant variant) {
    Tally tally = tally(variant);
    talk.accept(
        "%-7s %d of %d seeds, %d reads, %d fills, %d refused, %d stale, %d stale for ever"
            .formatted(
                variant.name(),
                tally.get("seeds"),
                order.seeds(),
                tally.get("reads"),
                tally.get("fills"),
                tally.get("refused"),
                tally.get("stale"),
                tally.get("stale_forever")));
  }

  private synchronized void tell(Variant variant, long seed, List<String> trace) {
    talk.accept(variant.name() + ": " + trace.get(0));
    int from = Math.max(1, trace.size() - TRACE_LINES_TOLD);
    trace.subList(from, trace.size()).forEach(talk);
    order
        .traces()
        .ifPresent(
            folder -> {
              Path file = folder.resolve(variant.name() + "-seed-" + seed + ".txt");
              try {
                Files.createDirectories(folder);
                Files.write(file, trace);
                talk.accept("the whole trace: " + file);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }
}

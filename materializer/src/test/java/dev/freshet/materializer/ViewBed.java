package dev.freshet.materializer;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.ingest.Ingest;
import dev.freshet.ingest.IngestConfig;
import dev.freshet.ingest.OnGap;
import dev.freshet.ingest.Snapshots;
import dev.freshet.materializer.seed.CaptureGate;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.source.PostgresSchema;
import dev.freshet.materializer.sql.ViewCompiler;
import dev.freshet.materializer.view.Database;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.ConsumerLags;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.Stages;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Capture and views of one namespace on a running stack, with what tests do to them. */
final class ViewBed implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofSeconds(Long.getLong("it.seconds", 90));

  static final String BY_REGION =
      "select b.region, sum(a.balance) as total, count(*) as accounts, max(a.balance) as largest"
          + " from accounts a left join branches b on b.id = a.branch group by b.region";

  final Topics topics;
  final KafkaConnection kafka;
  final PostgresConnection postgres;
  final Database database;
  private List<View> views;
  private final MaterializerConfig config;

  /** The usual, and snapshots may be asked for. */
  private static final IngestConfig INGEST =
      new IngestConfig(
          Optional.empty(),
          Optional.empty(),
          true,
          IngestConfig.defaults().heartbeatInterval(),
          1,
          Map.of(),
          Optional.empty(),
          OnGap.STOP,
          true);

  private final List<Service> keepers = new ArrayList<>();
  private final Service capture;
  private final Connection looking;

  ViewBed(EmbeddedStack stack, String namespace, Path state, List<View> views) throws SQLException {
    this.topics = new Topics(namespace);
    this.kafka = new KafkaConnection(stack.kafkaBootstrap(), Map.of());
    this.postgres = PostgresConnection.parse(stack.postgres().uri());
    this.database = new Database(postgres);
    this.views = views;
    this.config =
        new MaterializerConfig(MaterializerConfig.Store.DISK, Optional.of(state.toString()));
    Set<TableName> tables = new TreeSet<>();
    views.forEach(view -> tables.addAll(view.plan().tables()));
    Map<TableName, Set<String>> captured = new HashMap<>();
    tables.forEach(table -> captured.put(table, Set.of()));
    TopicProvisioner.ensure(kafka, Ingest.topics(INGEST, topics, tables));
    TopicProvisioner.ensure(kafka, Materializer.topics(topics, views));
    TopicProvisioner.ensure(
        kafka, List.of(TopicSpec.log(topics.invalidations(), 1, 3_600_000, 1 << 20)));
    this.capture =
        Ingest.service(
            INGEST,
            postgres,
            kafka,
            topics,
            captured,
            Stages.off(),
            new SimpleMeterRegistry(),
            reason -> {
              throw new AssertionError(reason);
            });
    this.looking = database.open();
    capture.start();
  }

  /** Each statement is a transaction, in the database of this stack. */
  static void run(EmbeddedStack stack, String... statements) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(
                stack.postgres().jdbcUrl(), stack.postgres().user(), stack.postgres().password());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** New tables: twenty branches, and a thousand accounts that hold 100 each. */
  static void makeAccounts(EmbeddedStack stack) throws Exception {
    run(
        stack,
        "drop table if exists branches, accounts",
        "create table branches (id bigint primary key, region text)",
        "create table accounts (id bigint primary key, branch bigint, balance numeric(14,2) not null)",
        "insert into branches select g, 'r' || g % 5 from generate_series(0, 19) g",
        "insert into accounts select g, nullif(g % 25, 24), 100 from generate_series(1, 1000) g");
  }

  Snapshots snapshots() {
    return new Snapshots(INGEST, postgres, kafka, topics);
  }

  void startViews() {
    start(database, ConsumerLags::new);
  }

  /** Starts the views in a process that is going to die, and waits until it is dead. */
  void startAndDie(DyingProcess process, Callable<?> meanwhile) throws Exception {
    start(process.database(postgres), process::clients);
    meanwhile.call();
    until("the process dies", process::isDead);
    stopViews();
  }

  private void start(Database database, Supplier<ConsumerLags> clients) {
    keepers.addAll(
        Materializer.services(
            topics,
            views,
            kafka,
            database,
            new CaptureGate(topics.namespace(), topics.namespace()),
            new ViewFollowers(
                topics,
                kafka,
                database,
                config,
                new SimpleMeterRegistry(),
                Stages.off(),
                clients)));
    keepers.forEach(Service::start);
  }

  /** Other views from the next start on, of the same tables. */
  void change(View... others) {
    views = List.of(others);
  }

  /** A view of this SQL, in UTC. */
  static View view(EmbeddedStack stack, String name, String sql) throws Exception {
    try (Connection connection =
        new Database(PostgresConnection.parse(stack.postgres().uri())).open()) {
      return new View(
          new ViewCompiler(new PostgresSchema(connection), ZoneId.of("UTC")).compile(name, sql),
          new TableName("public", name),
          List.of());
    }
  }

  void stopViews() {
    for (int i = keepers.size() - 1; i >= 0; i--) {
      keepers.get(i).close();
    }
    keepers.clear();
  }

  void awaitLive() {
    until("every view is live", () -> keepers.stream().allMatch(ViewBed::runs));
  }

  private static boolean runs(Service service) {
    if (service.health().state() == Health.State.FAILED) {
      throw new AssertionError(service.name() + ": " + service.health().detail());
    }
    return service.health().state() == Health.State.RUNNING;
  }

  void sql(String... statements) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    }
  }

  /** All rows as texts, sorted. */
  List<String> rows(String query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = looking.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      int width = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        StringBuilder line = new StringBuilder();
        for (int i = 1; i <= width; i++) {
          line.append(i == 1 ? "" : " | ").append(rows.getString(i));
        }
        found.add(line.toString());
      }
    }
    found.sort(null);
    return found;
  }

  /** The offsets Kafka knows of this group, by topic. */
  Map<String, Long> committed(String group) throws Exception {
    try (Admin admin = Admin.create(kafka.clientProperties("test"))) {
      Map<String, Long> found = new HashMap<>();
      admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((partition, at) -> found.put(partition.topic(), at.offset()));
      return found;
    }
  }

  /** The next offset of a topic of one partition. */
  long end(String topic) throws Exception {
    TopicPartition one = new TopicPartition(topic, 0);
    try (Admin admin = Admin.create(kafka.clientProperties("test"))) {
      return admin
          .listOffsets(Map.of(one, OffsetSpec.latest()))
          .partitionResult(one)
          .get()
          .offset();
    }
  }

  /** What is noted of a view. */
  Registry.Known known(String view) throws Exception {
    try (Connection connection = database.open()) {
      return new Registry(topics.namespace()).find(connection, view).orElseThrow();
    }
  }

  /** Waits until the table has the rows its SQL gives. */
  void awaitEqual(View view) throws SQLException {
    String table = "SELECT * FROM " + view.table().quoted();
    try {
      until(view.name() + " equals its SQL", () -> rows(table).equals(rows(view.plan().sql())));
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n" + rows(table) + "\n" + rows(view.plan().sql()), e);
    }
  }

  static void until(String what, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("never happened: " + what);
        }
        LockSupport.parkNanos(20_000_000);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(what, e);
    }
  }

  @Override
  public void close() throws SQLException {
    stopViews();
    capture.close();
    looking.close();
  }
}

package dev.freshet.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Real Kafka, Postgres and Redis on one data folder, started together and stopped together. Nothing
 * outlives this JVM, however it ends; a durable folder survives even {@code kill -9} and can be
 * started again.
 *
 * <p>Safe for use by several threads.
 */
public final class EmbeddedStack implements Stack {
  private static final String KAFKA = "kafka";
  private static final String CONTROLLER = "kafka-controller";
  private static final String POSTGRES = "postgres";
  private static final String REDIS = "redis";

  private final DataFolder folder;
  private final EmbeddedKafka kafka;
  private final EmbeddedPostgres postgres;
  private final EmbeddedRedis redis;
  private final Thread closeAtExit = new Thread(this::closeNow, "freshet-stack-close");
  private boolean closed;

  private EmbeddedStack(DataFolder folder, Builder options) throws IOException {
    this.folder = folder;
    Map<String, Integer> ports =
        folder.ports(List.of(KAFKA, CONTROLLER, POSTGRES, REDIS), new Ports(options.random));
    Consumer<String> progress = options.progress;
    ServerSpec broker = spec(KAFKA, ports, options.kafkaSettings, progress);
    this.kafka =
        options.kafkaApart
            ? EmbeddedKafka.apart(broker, port(CONTROLLER, ports))
            : new EmbeddedKafka(broker, port(CONTROLLER, ports));
    this.postgres =
        new EmbeddedPostgres(
            spec(POSTGRES, ports, options.postgresSettings, progress), options.database);
    this.redis = new EmbeddedRedis(spec(REDIS, ports, options.redisSettings, progress));
  }

  /** What to start, and how. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String kafkaBootstrap() {
    return kafka.bootstrap();
  }

  @Override
  public PostgresAddress postgres() {
    return postgres.address();
  }

  @Override
  public String redisUri() {
    return redis.uri();
  }

  /** The broker, to be stopped and started in tests of failure; killed if it is apart. */
  public EmbeddedKafka kafka() {
    return kafka;
  }

  /** The database server, to be stopped, killed and started in tests of failure. */
  public EmbeddedPostgres postgresServer() {
    return postgres;
  }

  /** The Redis server, to be stopped, killed and started in tests of failure. */
  public EmbeddedRedis redisServer() {
    return redis;
  }

  /** Where the data are; below it {@code log} has what the servers wrote. */
  public Path dataFolder() {
    return folder.path();
  }

  @Override
  public void close() {
    closeNow();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException e) {
      // The JVM is ending; the hook finds everything closed.
      return;
    }
  }

  private synchronized void closeNow() {
    if (closed) {
      return;
    }
    closed = true;
    boolean keep = !folder.temporary();
    CompletableFuture<?> children =
        inParallel("stop", keep ? postgres::stop : postgres::discard)
            .thenCombine(inParallel("stop", keep ? redis::stop : redis::kill), (a, b) -> true);
    try {
      kafka.stop();
    } finally {
      try {
        children.join();
      } finally {
        folder.close();
      }
    }
  }

  private void start(boolean closeWithJvm) {
    if (closeWithJvm) {
      Runtime.getRuntime().addShutdownHook(closeAtExit);
    }
    List<CompletableFuture<?>> starts = new ArrayList<>();
    starts.add(inParallel(KAFKA, kafka::start));
    starts.add(inParallel(POSTGRES, postgres::start));
    starts.add(inParallel(REDIS, redis::start));
    try {
      // Each start is bounded by itself; all are awaited, so that none is left half done.
      CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      try {
        close();
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      if (e.getCause() instanceof StackException described) {
        throw described;
      }
      throw e;
    }
  }

  private ServerSpec spec(
      String name,
      Map<String, Integer> ports,
      Map<String, String> settings,
      Consumer<String> progress) {
    return new ServerSpec(
        folder.path(), name, port(name, ports), !folder.temporary(), settings, progress);
  }

  private static int port(String name, Map<String, Integer> ports) {
    @Nullable Integer port = ports.get(name);
    if (port == null) {
      throw new IllegalStateException("no port was chosen for " + name);
    }
    return port;
  }

  private static CompletableFuture<Void> inParallel(String name, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            },
            "freshet-stack-" + name);
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** The options of a stack. For one thread. */
  public static final class Builder {
    private Optional<Path> dataFolder = Optional.empty();
    private Consumer<String> progress = line -> {};
    private String database = "app";
    private boolean closeAtExit = true;
    private boolean kafkaApart;
    private RandomGenerator random = new SecureRandom();
    private final Map<String, String> kafkaSettings = new LinkedHashMap<>();
    private final Map<String, String> postgresSettings = new LinkedHashMap<>();
    private final Map<String, String> redisSettings = new LinkedHashMap<>();

    private Builder() {}

    /** Keeps the data there; without it they are temporary, and removed at the end. */
    public Builder dataFolder(Path folder) {
      this.dataFolder = Optional.of(folder.toAbsolutePath().normalize());
      return this;
    }

    /** Gets a line for people at each step, from one thread at a time. */
    public Builder progress(Consumer<String> listener) {
      this.progress =
          line -> {
            synchronized (listener) {
              listener.accept(line);
            }
          };
      return this;
    }

    /** The database to make if it is not there; {@code app} if not said. */
    public Builder database(String name) {
      this.database = name;
      return this;
    }

    /**
     * Leaves closing to the caller when the JVM is told to stop, for one that has to close others
     * first. The servers end with the JVM all the same.
     */
    public Builder closeByCaller() {
      this.closeAtExit = false;
      return this;
    }

    /** Runs the broker in a JVM of its own, so that it can be killed. */
    public Builder kafkaApart() {
      this.kafkaApart = true;
      return this;
    }

    /** A broker property, over ours. */
    public Builder kafkaSetting(String key, String value) {
      kafkaSettings.put(key, value);
      return this;
    }

    /** A line of {@code postgresql.conf}, over ours; the value without quotes. */
    public Builder postgresSetting(String key, String value) {
      postgresSettings.put(key, value);
      return this;
    }

    /** A line of {@code redis.conf}, over ours, for example {@code notify-keyspace-events KEA}. */
    public Builder redisSetting(String key, String value) {
      redisSettings.put(key, value);
      return this;
    }

    Builder random(RandomGenerator generator) {
      this.random = generator;
      return this;
    }

    /** Starts all three at once; returns when all are ready, or throws with none running. */
    public EmbeddedStack start() {
      TemporaryFolders temporaries = TemporaryFolders.system();
      // Nobody waits for it: what dead processes left behind does not delay this one.
      CompletableFuture<Void> unused = inParallel("sweep", temporaries::sweep);
      DataFolder folder = DataFolder.open(dataFolder, temporaries);
      EmbeddedStack stack;
      try {
        stack = new EmbeddedStack(folder, this);
      } catch (IOException | RuntimeException e) {
        folder.close();
        throw e instanceof RuntimeException unchecked
            ? unchecked
            : new StackException(
                "the data folder " + folder.path() + " cannot be used",
                e.toString(),
                "choose a folder this user may write",
                e);
      }
      stack.start(closeAtExit);
      return stack;
    }
  }
}

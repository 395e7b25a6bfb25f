package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka of one node, broker and controller in one; on loopback only. Inside this JVM, with
 * its log in SLF4J; or in a JVM of its own, which dies with this one and can be killed alone.
 *
 * <p>Safe for use by several threads; starting and stopping exclude each other.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final ServerSpec spec;
  private final int controllerPort;
  private final boolean apart;
  private @Nullable KafkaRaftServer server;
  private @Nullable ChildProcess child;

  /** A server that is not started yet; the controller listens on a port of its own. */
  public EmbeddedKafka(ServerSpec spec, int controllerPort) {
    this(spec, controllerPort, false);
  }

  private EmbeddedKafka(ServerSpec spec, int controllerPort, boolean apart) {
    this.spec = spec;
    this.controllerPort = controllerPort;
    this.apart = apart;
  }

  /** The same in a JVM of its own, for tests of {@code kill -9}. */
  public static EmbeddedKafka apart(ServerSpec spec, int controllerPort) {
    return new EmbeddedKafka(spec, controllerPort, true);
  }

  /** The bootstrap address, the same for all runs of this server. */
  public String bootstrap() {
    return "127.0.0.1:" + spec.port();
  }

  /** Starts it on the data that are there; returns when the broker is registered and serves. */
  public synchronized void start() {
    if (server != null || (child != null && child.isAlive())) {
      throw new IllegalStateException(spec.name() + " runs already on " + bootstrap());
    }
    long started = System.nanoTime();
    spec.checkPort();
    spec.withPort(controllerPort).checkPort();
    @Nullable KafkaRaftServer starting = null;
    try {
      boolean killed = wasKilled();
      Properties properties = properties();
      format(properties);
      if (killed) {
        KilledBroker.note(properties);
      }
      if (apart) {
        child = BrokerProcess.start(spec, properties, START_LIMIT);
        spec.ready("Kafka " + AppInfoParser.getVersion(), started);
        return;
      }
      starting = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
      starting.startup();
      server = starting;
      spec.ready("Kafka " + AppInfoParser.getVersion(), started);
    } catch (IOException | RuntimeException e) {
      if (starting != null) {
        starting.shutdown();
      }
      if (e instanceof StackException described) {
        throw described;
      }
      throw new StackException(
          "Kafka could not be started on " + bootstrap(),
          e.toString(),
          "its log, %s, tells more; its data are in %s"
              .formatted(apart ? spec.log() : "through SLF4J", spec.data()),
          e);
    }
  }

  static void stop(KafkaRaftServer server) {
    server.shutdown();
    server.awaitShutdown();
  }

  /** Stops it cleanly. */
  public synchronized void stop() {
    if (server != null) {
      stop(server);
      server = null;
    }
    if (child != null) {
      child.signal("TERM");
      child.awaitEndOrKill(STOP_LIMIT);
      child = null;
    }
  }

  /**
   * Kills it ({@code kill -9}). What it has acknowledged is there at the next start: the operating
   * system has it.
   *
   * @throws IllegalStateException when it is inside this JVM
   */
  public synchronized void kill() {
    if (!apart) {
      throw new IllegalStateException(spec.name() + " is inside this JVM");
    }
    if (child != null) {
      child.kill();
      child = null;
    }
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  private Path logs() {
    return spec.data().resolve("data");
  }

  /** Whether there are data that no clean stop left. */
  private boolean wasKilled() {
    return Files.exists(logs()) && !Files.exists(logs().resolve(".kafka_cleanshutdown"));
  }

  private Properties properties() {
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("process.roles", "broker,controller");
    ours.put("node.id", "1");
    ours.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    ours.put("controller.listener.names", "CONTROLLER");
    ours.put(
        "listeners", "PLAINTEXT://" + bootstrap() + ",CONTROLLER://127.0.0.1:" + controllerPort);
    ours.put("advertised.listeners", "PLAINTEXT://" + bootstrap());
    ours.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    ours.put("log.dirs", logs().toString());
    ours.put("auto.create.topics.enable", "false");
    for (String topic : new String[] {"offsets.topic", "share.coordinator.state.topic"}) {
      ours.put(topic + ".replication.factor", "1");
      ours.put(topic + ".num.partitions", "1");
    }
    ours.put("share.coordinator.state.topic.min.isr", "1");
    ours.put("transaction.state.log.replication.factor", "1");
    ours.put("transaction.state.log.num.partitions", "1");
    ours.put("transaction.state.log.min.isr", "1");
    // Readers wait for a killed writer's transaction until it is aborted; looked for every 10 s by
    // default.
    ours.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
    ours.put("group.initial.rebalance.delay.ms", "0");
    ours.put("group.min.session.timeout.ms", "1000"); // our 6 s with room below, for tests
    // The only broker has no successor: it is not taken for dead when the machine starves or
    // sleeps. Its partitions would have no leader for a moment, with what KilledBroker tells of.
    ours.put("broker.session.timeout.ms", Integer.toString(Integer.MAX_VALUE));
    ours.put("server.max.startup.time.ms", "60000");
    ours.put("log.cleaner.dedupe.buffer.size", "2097152"); // 128 MiB of heap by default
    // More threads than processors only hand a request from one to the other.
    int processors = Runtime.getRuntime().availableProcessors();
    ours.put("num.network.threads", Integer.toString(Math.max(1, Math.min(processors / 2, 3))));
    ours.put("num.io.threads", Integer.toString(Math.max(2, Math.min(processors, 8))));
    ours.put("background.threads", "2");
    Properties properties = new Properties();
    properties.putAll(spec.over(ours));
    return properties;
  }

  private void format(Properties properties) throws IOException {
    if (Files.exists(logs().resolve("meta.properties"))) {
      return;
    }
    Files.createDirectories(logs());
    Path file = spec.data().resolve("format.properties");
    try (Writer writer = Files.newBufferedWriter(file, UTF_8)) {
      properties.store(writer, null);
    }
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int status;
    try (PrintStream stream = new PrintStream(output, true, UTF_8)) {
      String[] words = {
        "format",
        "--cluster-id",
        Uuid.randomUuid().toString(),
        "--config",
        file.toString(),
        "--ignore-formatted"
      };
      status = StorageTool.execute(words, stream);
    }
    if (status != 0) {
      throw new StackException(
          "Kafka's storage could not be formatted",
          output.toString(UTF_8),
          "check that " + logs() + " is writable, and the Kafka settings");
    }
  }
}

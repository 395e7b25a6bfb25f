package dev.freshet.embedded;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The three services in containers, through Testcontainers, where a Docker engine answers. For
 * versions the embedded stack has no binaries of. Safe for use by several threads.
 */
public final class ContainerStack implements Stack {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final String DATABASE = "app";
  private static final String USER = "postgres";

  private final Server kafka;
  private final Server postgres;
  private final Server redis;

  private ContainerStack(Images images) {
    this.kafka = kafka(images.kafka());
    this.postgres =
        new Server(images.postgres(), 5432)
            .withEnv("POSTGRES_DB", DATABASE)
            .withEnv("POSTGRES_USER", USER)
            .withEnv("POSTGRES_PASSWORD", USER)
            .withCommand(
                "postgres",
                "-c",
                "wal_level=logical",
                "-c",
                "max_wal_senders=20",
                "-c",
                "max_replication_slots=20")
            // Once for the set-up of the image, once for good.
            .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2));
    this.redis = new Server(images.redis(), 6379).waitingFor(Wait.forListeningPort());
  }

  /**
   * What to run.
   *
   * @param kafka an image configured like {@code apache/kafka}
   * @param postgres an image configured like {@code postgres}
   * @param redis any image that serves on 6379
   */
  public record Images(String kafka, String postgres, String redis) {
    /** The versions the embedded stack has, except for a newer Redis. */
    public static Images standard() {
      return new Images("apache/kafka:4.3.1", "postgres:18", "redis:7.4");
    }
  }

  /** Whether Testcontainers is on the class path and a Docker engine answers. */
  public static boolean available() {
    try {
      return DockerClientFactory.instance().isDockerAvailable();
    } catch (RuntimeException | LinkageError e) {
      return false; // an optional library that is not there, or there in part
    }
  }

  /** Starts all three at once; returns when all are ready, or throws with none running. */
  public static ContainerStack start(Images images) {
    if (!available()) {
      throw new StackException(
          "no Docker engine answers",
          "containers were asked for",
          "start Docker, or use the embedded stack");
    }
    ContainerStack stack = new ContainerStack(images);
    try {
      Stream.of(stack.kafka, stack.postgres, stack.redis).parallel().forEach(Server::start);
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw new StackException(
          "the containers could not be started",
          e.toString(),
          "see what the engine says: docker ps -a, docker logs",
          e);
    }
  }

  @Override
  public String kafkaBootstrap() {
    return kafka.getHost() + ":" + kafka.port();
  }

  @Override
  public PostgresAddress postgres() {
    return new PostgresAddress(postgres.getHost(), postgres.port(), DATABASE, USER, USER);
  }

  @Override
  public String redisUri() {
    return "redis://" + redis.getHost() + ":" + redis.port();
  }

  @Override
  public void close() {
    List.of(kafka, postgres, redis).forEach(Server::stop);
  }

  private static Server kafka(String image) {
    // Kafka tells its clients where it is, so the outer port must be known before it starts.
    int port = new Ports().free();
    Server kafka = new Server(image, port);
    kafka.fix(port);
    return kafka
        .withEnv("KAFKA_NODE_ID", "1")
        .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
        .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9094")
        .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
        .withEnv("KAFKA_LISTENERS", "PLAINTEXT://:" + port + ",CONTROLLER://:9094")
        .withEnv("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://" + kafka.getHost() + ":" + port)
        .withEnv("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT")
        .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
        .withEnv("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "1")
        .withEnv("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
        .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "1")
        .withEnv("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1));
  }

  /** A container with one port. */
  private static final class Server extends GenericContainer<Server> {
    private final int inner;

    Server(String image, int inner) {
      super(DockerImageName.parse(image));
      this.inner = inner;
      withExposedPorts(inner);
      withStartupTimeout(START_LIMIT);
    }

    void fix(int port) {
      addFixedExposedPort(port, port);
    }

    int port() {
      return getMappedPort(inner);
    }
  }
}

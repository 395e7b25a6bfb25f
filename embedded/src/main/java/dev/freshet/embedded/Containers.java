package dev.freshet.embedded;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The containers of a {@link ContainerStack}. Apart from it because the library is optional: a
 * class that mentions it cannot even be verified where it is missing.
 */
final class Containers implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Server kafka;
  private final Server postgres;
  private final Server redis;

  Containers(ContainerStack.Images images) {
    this.kafka = kafka(images.kafka());
    this.postgres =
        new Server(images.postgres(), 5432)
            .withEnv("POSTGRES_DB", ContainerStack.DATABASE)
            .withEnv("POSTGRES_USER", ContainerStack.USER)
            .withEnv("POSTGRES_PASSWORD", ContainerStack.USER)
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

  static boolean engineAnswers() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  void start() {
    Stream.of(kafka, postgres, redis).parallel().forEach(Server::start);
  }

  String kafkaBootstrap() {
    return kafka.getHost() + ":" + kafka.port();
  }

  PostgresAddress postgres() {
    return new PostgresAddress(
        postgres.getHost(),
        postgres.port(),
        ContainerStack.DATABASE,
        ContainerStack.USER,
        ContainerStack.USER);
  }

  String redisUri() {
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

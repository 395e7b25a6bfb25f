package dev.freshet.embedded;

/**
 * The three services in containers, through Testcontainers, where a Docker engine answers. For
 * versions the embedded stack has no binaries of. Safe for use by several threads.
 */
public final class ContainerStack implements Stack {
  static final String DATABASE = "app";
  static final String USER = "postgres";

  private final String kafkaBootstrap;
  private final PostgresAddress postgres;
  private final String redisUri;
  private final Runnable stop;

  private ContainerStack(
      String kafkaBootstrap, PostgresAddress postgres, String redisUri, Runnable stop) {
    this.kafkaBootstrap = kafkaBootstrap;
    this.postgres = postgres;
    this.redisUri = redisUri;
    this.stop = stop;
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
      return Containers.engineAnswers();
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
          "start Docker and have Testcontainers on the class path, or use the embedded stack");
    }
    Containers containers = new Containers(images);
    try {
      containers.start();
      return new ContainerStack(
          containers.kafkaBootstrap(),
          containers.postgres(),
          containers.redisUri(),
          containers::close);
    } catch (RuntimeException e) {
      containers.close();
      throw new StackException(
          "the containers could not be started",
          e.toString(),
          "see what the engine says: docker ps -a, docker logs",
          e);
    }
  }

  @Override
  public String kafkaBootstrap() {
    return kafkaBootstrap;
  }

  @Override
  public PostgresAddress postgres() {
    return postgres;
  }

  @Override
  public String redisUri() {
    return redisUri;
  }

  @Override
  public void close() {
    stop.run();
  }
}

package dev.freshet.embedded;

/**
 * The three services a pipeline meets: where Kafka, Postgres and Redis listen.
 *
 * <p>Safe for use by several threads. Addresses stay the same until {@link #close()}.
 */
public interface Stack extends AutoCloseable {

  /** The Kafka bootstrap address, as {@code host:port}; several are separated by commas. */
  String kafkaBootstrap();

  /** The Postgres database, with a user who may create slots and publications. */
  PostgresAddress postgres();

  /** The Redis address, as {@code redis://host:port}. */
  String redisUri();

  /** Stops what this stack started, and nothing else. May be called more than once. */
  @Override
  void close();

  /** A stack of servers that run already; its {@link #close()} does nothing. */
  static Stack existing(String kafkaBootstrap, PostgresAddress postgres, String redisUri) {
    return new ExistingStack(kafkaBootstrap, postgres, redisUri);
  }
}

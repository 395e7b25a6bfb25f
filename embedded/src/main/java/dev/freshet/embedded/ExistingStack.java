package dev.freshet.embedded;

/** Addresses of servers that somebody else started and will stop. */
record ExistingStack(String kafkaBootstrap, PostgresAddress postgres, String redisUri)
    implements Stack {

  @Override
  public void close() {
    // Not ours to stop.
  }
}

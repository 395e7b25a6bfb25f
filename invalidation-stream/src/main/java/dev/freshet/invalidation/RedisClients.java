package dev.freshet.invalidation;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;

/**
 * Redis clients that fail fast: what cannot be sent now is an error now, and the sink tries again.
 */
final class RedisClients {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_COMMANDS_UNDER_WAY = 50_000;

  private RedisClients() {}

  static RedisClient create(RedisURI address) {
    address.setTimeout(COMMAND_TIMEOUT);
    RedisClient client = RedisClient.create(address);
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(true)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MAX_COMMANDS_UNDER_WAY)
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(CONNECT_TIMEOUT)
                    .keepAlive(true)
                    .tcpNoDelay(true)
                    .build())
            .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
            .build());
    return client;
  }

  static String rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}

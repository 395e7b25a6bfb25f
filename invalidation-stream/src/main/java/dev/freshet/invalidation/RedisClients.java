package dev.freshet.invalidation;

import dev.freshet.runtime.FreshetException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
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

  /** What to tell people when a connection could not be made or was lost. */
  static FreshetException unreachable(RedisURI address, RedisException e) {
    return FreshetException.unreachable(
        "could not connect to Redis",
        "%s:%d: %s".formatted(address.getHost(), address.getPort(), rootCause(e)),
        "check the address under \"redis\" in freshet.yaml, and that Redis runs",
        e);
  }

  static String rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}

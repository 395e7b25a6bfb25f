package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Redis primary and its replica, truly replicating. */
@Timeout(120)
class RedisPairIT {

  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftRunning() {
    assertThat(Orphans.in(folder)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFailoverLosesWhatTheReplicaDidNotGetAndNothingElse(boolean durable) throws Exception {
    try (EmbeddedRedisPair pair = pair(durable, "")) {
      pair.start();
      String first = pair.uri();
      command(pair.primary(), "SET", "early", "1");
      pair.awaitInSync();
      pair.cutLink();
      command(pair.primary(), "SET", "tail", "1");
      assertThat(command(pair.replica(), "GET", "early")).isEqualTo("1");
      assertThat(command(pair.replica(), "GET", "tail")).isEmpty();
      assertThatThrownBy(() -> command(pair.replica(), "SET", "x", "1"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("READONLY");

      pair.failOver();

      assertThat(pair.uri()).isNotEqualTo(first);
      assertThat(command(pair.primary(), "GET", "early")).isEqualTo("1");
      assertThat(command(pair.primary(), "GET", "tail")).isEmpty();
      command(pair.primary(), "SET", "late", "1");
      assertThatThrownBy(() -> command(pair.replica(), "PING")).isInstanceOf(IOException.class);

      pair.rejoin();
      assertThat(command(pair.replica(), "GET", "late")).isEqualTo("1");
      assertThat(command(pair.replica(), "GET", "tail")).isEmpty();

      pair.failOver();
      assertThat(pair.uri()).isEqualTo(first);
      assertThat(command(pair.primary(), "GET", "late")).isEqualTo("1");
    }
  }

  @Test
  void aMendedLinkBringsWhatWasMissed() throws Exception {
    try (EmbeddedRedisPair pair = pair(true, "")) {
      pair.start();
      pair.cutLink();
      command(pair.primary(), "SET", "missed", "1");
      pair.mendLink();
      assertThat(command(pair.replica(), "GET", "missed")).isEqualTo("1");
      pair.replica().kill();
      command(pair.primary(), "SET", "missed", "2");
      pair.replica().start();
      pair.awaitInSync();
      assertThat(command(pair.replica(), "GET", "missed")).isEqualTo("2");
    }
  }

  @Test
  void passwordsAreUsedBetweenTheTwo() throws Exception {
    try (EmbeddedRedisPair pair = pair(true, "secret")) {
      pair.start();
      command(pair.primary(), "SET", "key", "1");
      pair.awaitInSync();
      pair.failOver();
      pair.rejoin();
      assertThat(command(pair.replica(), "GET", "key")).isEqualTo("1");
    }
  }

  @Test
  void theSentinelKnowsThePrimaryAfterAFailover() throws Exception {
    ServerSpec sentinel = ServerSpec.in(folder, "sentinel");
    try (EmbeddedRedisPair pair =
        new EmbeddedRedisPair(spec("first", true, "s"), spec("second", true, "s"), sentinel)) {
      pair.start();
      assertThat(pair.sentinelUri())
          .isEqualTo("redis-sentinel://:s@127.0.0.1:%d#pair", sentinel.port());
      assertThat(told(sentinel)).isEqualTo(pair.primary().port());
      pair.cutLink();
      pair.failOver();
      assertThat(told(sentinel)).isEqualTo(pair.primary().port());
      pair.rejoin();
      pair.failOver();
      assertThat(told(sentinel)).isEqualTo(pair.primary().port());
    }
  }

  /** {@code SENTINEL GET-MASTER-ADDR-BY-NAME} as an old client would find it: in its overview. */
  private static int told(ServerSpec sentinel) throws IOException {
    try (RedisWire wire = RedisWire.connect(sentinel.port())) {
      String overview = wire.command("INFO", "sentinel");
      return Integer.parseInt(
          overview
              .lines()
              .filter(line -> line.startsWith("master0:name=pair,"))
              .findFirst()
              .orElseThrow()
              .replaceFirst(".*address=127.0.0.1:(\\d+),.*", "$1"));
    }
  }

  private EmbeddedRedisPair pair(boolean durable, String password) {
    return new EmbeddedRedisPair(
        spec("first", durable, password), spec("second", durable, password));
  }

  private ServerSpec spec(String name, boolean durable, String password) {
    ServerSpec spec = ServerSpec.in(folder, name);
    spec = durable ? spec : spec.withoutDurability();
    return password.isEmpty() ? spec : spec.withSetting("requirepass", password);
  }

  private static String command(EmbeddedRedis server, String... words) throws IOException {
    try (RedisWire wire = server.open()) {
      return wire.command(words);
    }
  }
}

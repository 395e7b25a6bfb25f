package dev.freshet.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Topics;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoredOffsetsTest {

  private final StoredOffsets format = new StoredOffsets(new Topics("shop"));

  @Test
  void keysAreThoseOfKafkaConnect() {
    assertThat(new String(format.positionKey(), UTF_8))
        .isEqualTo("[\"shop\",{\"server\":\"shop.cdc\"}]");
  }

  @Test
  void aKeyIsKnownHoweverItIsSpaced() {
    byte[] spaced = "[ \"shop\", { \"server\" : \"shop.cdc\" } ]".getBytes(UTF_8);
    assertThat(format.sameKey(format.positionKey(), spaced)).isTrue();
    assertThat(format.sameKey(format.positionKey(), format.sourceKey())).isFalse();
    assertThat(format.sameKey(format.positionKey(), "not JSON".getBytes(UTF_8))).isFalse();
    assertThat(format.sameKey(format.positionKey(), null)).isFalse();
  }

  @Test
  void anOffsetSurvivesTheRoundTrip() {
    Map<String, Object> offset =
        Map.of("lsn", 28909248L, "txId", 761L, "last_snapshot_record", true);
    assertThat(format.read(format.write(offset))).isEqualTo(offset);
  }
}

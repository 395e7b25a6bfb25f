package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random entries come back as they were; damaged ones are refused, never half read. */
class StoredEntryFuzz {

  private static final int ROUNDS = 20_000;
  private static final String CHARACTERS = "ab\"\\\n\t\u0001,[]:é漢 ";

  @Test
  void anythingComesBackOrIsRefused() {
    long seed = Long.getLong("fuzz.seed", 20_261_123);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < ROUNDS; i++) {
      List<String> tags = new ArrayList<>();
      for (int t = random.nextInt(4); t > 0; t--) {
        tags.add(text(random));
      }
      byte[] payload = new byte[random.nextInt(40)];
      random.nextBytes(payload);
      byte[] raw = StoredEntry.write(random.nextLong(), i, -i, "", tags, payload);
      StoredEntry read = StoredEntry.parse(raw);
      assertThat(read.tags()).as("-Dfuzz.seed=%d", seed).isEqualTo(tags);
      assertThat(Arrays.copyOfRange(raw, read.payloadAt(), raw.length)).isEqualTo(payload);
      damaged(raw, random, seed);
    }
  }

  private static void damaged(byte[] raw, SplittableRandom random, long seed) {
    byte[] broken = Arrays.copyOf(raw, random.nextInt(raw.length + 1));
    if (broken.length > 0) {
      broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
    }
    try {
      assertThat(StoredEntry.parse(broken).payloadAt()).isLessThanOrEqualTo(broken.length);
    } catch (IllegalArgumentException refused) {
      assertThat(refused).as("-Dfuzz.seed=%d", seed).hasMessageNotContaining("null");
    }
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int c = random.nextInt(10); c > 0; c--) {
      text.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return text.toString();
  }
}

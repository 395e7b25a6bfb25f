package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredEntryTest {

  @Test
  void whatIsWrittenIsReadBack() {
    List<String> tags = List.of("org:7", "a \"quoted\\ one", "line\nbreak", "Grüße 漢字", "");
    byte[] raw = StoredEntry.write(1L << 41, 99, 1L << 42, "gzip", tags, "p\n[]".getBytes(UTF_8));
    StoredEntry read = StoredEntry.parse(raw);
    assertThat(read.loadedMillis()).isEqualTo(1L << 41);
    assertThat(read.loadMicros()).isEqualTo(99);
    assertThat(read.freshMillis()).isEqualTo(1L << 42);
    assertThat(read.encoding()).isEqualTo("gzip");
    assertThat(read.tags()).isEqualTo(tags);
    assertThat(new String(raw, read.payloadAt(), raw.length - read.payloadAt(), UTF_8))
        .isEqualTo("p\n[]");
  }

  @Test
  void theHeaderOfAnotherWriterMayHaveBlanksAndEscapes() {
    String text = "[1, 5, 6, 7, \"\", [\"a\\u0041\\/\", \"b\"]]\nx";
    assertThat(StoredEntry.parse(text.getBytes(UTF_8)).tags()).containsExactly("aA/", "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "\n",
        "{}\n",
        "[2,1,1,1,\"\",[]]\n",
        "[1,1,1]\n",
        "[1,1,1,1,\"\",[\"a\"\n",
        "[1,1,1,1,\"\\u00",
        "[1,1,1,1,\"\\u00\n",
        "[1,99999999999999999999,1,1,\"\",[]]\n"
      })
  void whatIsNoEntryIsRefused(String text) {
    assertThatThrownBy(() -> StoredEntry.parse(text.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

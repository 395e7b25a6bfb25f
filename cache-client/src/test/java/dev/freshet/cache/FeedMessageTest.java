package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedMessageTest {

  @Test
  void readsWhatTheSinkPublishes() {
    assertThat(
            FeedMessage.parse("[\"c0ffee\",7,1763771234567890,4503599627370497,[\"a:1\",\"b\"]]"))
        .isEqualTo(
            new FeedMessage(
                "c0ffee", 7, 1763771234567890L, 4503599627370497L, List.of("a:1", "b")));
  }

  @Test
  void aHeartbeatAloneHasNoTags() {
    assertThat(FeedMessage.parse("[\"i\",1,2,3,[]]").tags()).isEmpty();
  }

  @Test
  void aTagMayHaveAnyCharacters() {
    assertThat(FeedMessage.parse("[\"i\",1,0,0,[\"a\\\"\\\\\\/\\n\\u0001é\"]]").tags())
        .containsExactly("a\"\\/\n\u0001é");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "{}",
        "[]",
        "[\"i\",1,2,3]",
        "[\"i\",1,2,3,[1]]",
        "[\"i\",1,2,3,[]",
        "[\"i\",1,2,3,[],4]",
        "[\"i\",1.5,2,3,[]]",
        "[1,1,2,3,[]]",
        "[\"i\",99999999999999999999,2,3,[]]"
      })
  void anythingElseIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> FeedMessage.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}

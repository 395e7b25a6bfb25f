package dev.freshet.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.ColumnName;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LetterMaskTest {

  private static final Topics TOPICS = new Topics("shop");
  private static final LetterMask MASK =
      new LetterMask(List.of(ColumnName.parse("public.users.email")), TOPICS);

  private static DeadLetter from(String topic, String reason) {
    return new DeadLetter(topic, 0, 0, 0, "s", reason, 0, DeadLetter.Part.WHOLE);
  }

  private static String shown(String topic, String payload) {
    return String.valueOf(MASK.shown(from(topic, ""), payload.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void columnsAreHiddenAtEveryDepthOfTheirTablesChanges() {
    String change =
        "{\"before\":null,\"after\":{\"id\":1,\"email\":\"a@b.c\"},\"payload\":{\"after\":{\"email\":\"a@b.c\"}}}";
    assertThat(shown("shop.cdc.public.users", change))
        .doesNotContain("a@b.c")
        .contains("\"id\":1", "\"email\":\"***\"");
    assertThat(shown("shop.cdc.public.items", change)).contains("a@b.c");
  }

  @Test
  void otherTopicsHideEveryMaskedColumnAlsoInsideTexts() {
    String stale =
        "{\"row\":{\"key\":\"{\\\"email\\\":\\\"a@b.c\\\"}\",\"table\":\"public.users\"}}";
    assertThat(shown("shop.invalidations", stale)).doesNotContain("a@b.c").contains("public.users");
  }

  @Test
  void whatIsNoJsonIsHiddenAsAWhole() {
    for (String payload : List.of("a@b.c", "{\"email\":\"a@b.c\"", "\"a@b.c\"", "{} a@b.c")) {
      assertThat(shown("shop.cdc.public.users", payload)).doesNotContain("a@b.c");
    }
    assertThat(shown("shop.cdc.public.items", "a@b.c")).isEqualTo("a@b.c");
  }

  @Test
  void aReasonDoesNotQuoteWhatIsHidden() {
    String reason = "not JSON: Unrecognized token 'a@b': was expecting \"op\"";
    assertThat(MASK.reason(from("shop.cdc.public.users", reason)))
        .doesNotContain("a@b")
        .startsWith("not JSON: Unrecognized token ***");
    assertThat(MASK.reason(from("shop.cdc.public.items", reason))).contains("a@b");
  }

  @Test
  void whatIsPrintedCannotCommandATerminal() {
    assertThat(shown("shop.cdc.public.items", "\u001b[2Jred\n")).isEqualTo("\\u001b[2Jred\\u000a");
  }
}

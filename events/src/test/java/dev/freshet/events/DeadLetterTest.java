package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.DeadLetterMark.Outcome;
import dev.freshet.events.DeadLetterMark.Place;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class DeadLetterTest {

  private static final DeadLetter LETTER =
      new DeadLetter("t", 3, 77, 1000, "stage", "why", 2000, DeadLetter.Part.piece(4));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void comesBackAsItWasAndSoDoTheHeadersBeforeIt() {
    Headers before = new RecordHeaders().add("a", bytes("1")).add("a", null).add("b", new byte[0]);
    Headers after = new RecordHeaders(before);
    LETTER.addTo(after);
    assertThat(DeadLetter.from(after)).isEqualTo(LETTER);
    assertThat(DeadLetter.original(after)).isEqualTo(before);
  }

  @Test
  void aLetterThatFailsAgainKeepsWhatItsRecordCarried() {
    // A record whose own headers are those of a letter: someone copied the topic.
    Headers carried = new RecordHeaders();
    LETTER.addTo(carried);
    Headers twice = new RecordHeaders(carried);
    DeadLetter second = new DeadLetter("u", 0, 1, -1, "other", "because", 3, DeadLetter.Part.WHOLE);
    second.addTo(twice);
    twice.add("traceparent", bytes("added by an interceptor"));
    assertThat(DeadLetter.original(twice).toArray())
        .startsWith(carried.toArray())
        .hasSize(carried.toArray().length + 1);
  }

  @Test
  void headersOfAnyKindAreNoLetterRatherThanAFailure() {
    Headers broken = new RecordHeaders();
    LETTER.addTo(broken);
    broken.add("freshet.origin.partition", bytes("many"));
    assertThat(DeadLetter.from(broken)).isNull();
    broken.add("freshet.origin.partition", null);
    assertThat(DeadLetter.from(broken)).isNull();
    assertThat(DeadLetter.from(new RecordHeaders())).isNull();
    assertThat(DeadLetterMark.from(new RecordHeaders().add("freshet.mark.letter", null))).isNull();
  }

  @Test
  void aLongReasonIsCut() {
    String reason = "x".repeat(5000);
    assertThat(new DeadLetter("t", 0, 0, 0, "s", reason, 0, DeadLetter.Part.WHOLE).reason())
        .hasSizeLessThanOrEqualTo(DeadLetter.LONGEST_REASON + 1);
  }

  @Test
  void aMarkNamesItsLetter() {
    Headers headers = new RecordHeaders();
    DeadLetterMark mark =
        new DeadLetterMark(new Place(0, 5), Outcome.REDRIVEN, DeadLetterMark.originOf(LETTER));
    mark.addTo(headers);
    assertThat(DeadLetterMark.from(headers)).isEqualTo(mark);
    assertThat(DeadLetter.from(headers)).isNull();
    assertThat(Place.parse("2:17")).isEqualTo(new Place(2, 17));
    assertThat(Place.parse("17")).isEqualTo(new Place(0, 17));
    assertThat(Place.parse("17:")).isNull();
    assertThat(Place.parse("-1:2")).isNull();
  }
}

package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {

  private static final String GOOD =
      """
      {"time":"2026-11-22T10:00:00.123Z","service":"shop","route":"/orders/{id}","method":"GET",\
      "status":200,"duration_ms":12.5,"cache":"l2","weight":3,"trace_id":"4bf92f3577b34da6"}""";

  private static final RequestEvent EVENT =
      new RequestEvent(
          1_795_341_600_123L,
          "shop",
          "/orders/{id}",
          HttpMethod.GET,
          200,
          12_500_000,
          CacheOutcome.L2,
          3,
          "4bf92f3577b34da6");

  private static String with(String member) {
    return "{\"service\":\"shop\",\"route\":\"/\",\"duration_ms\":1," + member + "}";
  }

  @Test
  void readsEveryField() {
    assertThat(ReadRequests.of(GOOD).events).containsExactly(EVENT);
  }

  @Test
  void writesWhatItReads() {
    assertThat(ReadRequests.of(new RequestReader(), RequestJson.write(EVENT)).events)
        .containsExactly(EVENT);
  }

  @Test
  void fillsInWhatIsNotThere() {
    RequestEvent least =
        ReadRequests.of("{\"service\":\"shop\",\"duration_ms\":0.0000005}").events.get(0);
    assertThat(least)
        .isEqualTo(
            new RequestEvent(
                ReadRequests.NOW,
                "shop",
                RequestEvent.UNMATCHED,
                HttpMethod.OTHER,
                0,
                1,
                CacheOutcome.NONE,
                1,
                ""));
  }

  @Test
  void aFieldWithNullIsAbsentAndUnknownFieldsAreSkipped() {
    assertThat(
            ReadRequests.of(with("\"method\":null,\"cache\":null,\"x\":{\"y\":[1,{}]},\"z\":true"))
                .events)
        .singleElement()
        .satisfies(event -> assertThat(event.method()).isEqualTo(HttpMethod.OTHER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%1$s\n%1$s\n",
        "%1$s\r\n\r\n%1$s",
        "%1$s%1$s",
        "[%1$s,%1$s]",
        " [ %1$s , %1$s ] "
      })
  void readsBatches(String form) {
    assertThat(ReadRequests.of(form.formatted(GOOD)).all)
        .containsExactly(EVENT.toString(), EVENT.toString(), "2 in all");
  }

  @Test
  void aMethodNobodyKnowsMakesNoSeries() {
    assertThat(ReadRequests.of(with("\"method\":\"post\"")).events.get(0).method())
        .isEqualTo(HttpMethod.POST);
    assertThat(ReadRequests.of(with("\"method\":\"EVIL\"")).events.get(0).method())
        .isEqualTo(HttpMethod.OTHER);
  }

  @Test
  void aRouteLosesItsQueryString() {
    assertThat(ReadRequests.of(with("\"route\":\"/search?q=secret\"")).events.get(0).route())
        .isEqualTo("/search");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"duration_ms\":-1|duration_ms: 0 or more is expected, found -1",
        "\"duration_ms\":86400001|duration_ms: 0 to 86400000 is expected, found 8.6400001E7",
        "\"duration_ms\":1e999999999|duration_ms: 0 to 86400000 is expected",
        "\"duration_ms\":\"1\"|duration_ms: a number is expected, found a string",
        "\"duration_ms\":null|duration_ms: is missing",
        "\"status\":99|status: 100 to 599 is expected, or 0 for none, found 99",
        "\"status\":200.5|status: a whole number is expected, found 200.5",
        "\"status\":\"200\"|status: a number is expected, found a string",
        "\"time\":\"yesterday\"|time: ISO 8601 with Z or an offset is expected, found \"yesterday\"",
        "\"time\":1790000000|time: 2000 to 2099 is expected",
        "\"time\":\"2026-02-29T00:00:00Z\"|time: ISO 8601",
        "\"cache\":\"l4\"|cache: l1, l2, l3, miss, bypass or none is expected, found \"l4\"",
        "\"weight\":0.5|weight: 1 to 1000000 is expected, found 0.5",
        "\"weight\":1000001|weight: 1 to 1000000 is expected, found 1000001",
        "\"trace_id\":\"a b\"|trace_id: up to 64 of A-Z a-z 0-9 - _ are expected",
        "\"service\":\"\"|service: is missing or empty",
        "\"service\":\"a\\u0000b\"|service: holds a control character",
        "\"route\":7|route: a string is expected, found a number",
      })
  void saysWhatIsWrongAndGoesOn(String member, String reason) {
    ReadRequests read = ReadRequests.of(GOOD + "\n" + with(member) + "\n" + GOOD);
    assertThat(read.events).containsExactly(EVENT, EVENT);
    assertThat(read.reasons).singleElement().asString().startsWith("1 " + reason);
  }

  @Test
  void namesAndRoutesAreBounded() {
    assertThat(ReadRequests.of(with("\"route\":\"" + "x".repeat(301) + "\"")).reasons.get(0))
        .startsWith("0 route: at most 300 bytes are expected, found 301");
    assertThat(ReadRequests.of(with("\"service\":\"" + "é".repeat(51) + "\"")).reasons.get(0))
        .startsWith("0 service: at most 100 bytes are expected, found 102");
  }

  @Test
  void brokenSyntaxCostsItsLineOnly() {
    String cut = "{\"service\":\"sho";
    assertThat(ReadRequests.of(GOOD + "\n" + cut + "\n" + GOOD + "\nx\n" + GOOD).all)
        .hasSize(6)
        .startsWith(EVENT.toString())
        .anySatisfy(
            said -> assertThat(said).startsWith("1 at " + (GOOD.length() + 1) + "+16: not JSON"))
        .anySatisfy(said -> assertThat(said).contains("an event is a JSON object, found 'x'"))
        .endsWith(EVENT.toString(), "5 in all");
  }

  @Test
  void aValueOfAnArrayThatIsNoObjectCostsItselfOnly() {
    assertThat(ReadRequests.of("[1,\"two\",[{}],null," + GOOD + ",true]").all)
        .contains(EVENT.toString(), "0 at 1+1: an event is a JSON object, found a number")
        .contains("3 at 14+4: an event is a JSON object, found null", "6 in all");
  }

  @Test
  void anArrayWithBrokenSyntaxIsLostFromThereOnAndSaidOnce() {
    ReadRequests read = ReadRequests.of("[" + GOOD + ",{\"a\":}," + GOOD + "]");
    assertThat(read.events).containsExactly(EVENT);
    assertThat(read.reasons)
        .singleElement()
        .asString()
        .startsWith("1 the array cannot be read from here on: not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "[", "[]x", "{", "x", "]", "\ufeff{}", "[,]", "[{}"})
  void nonsenseIsRejectedOnce(String nonsense) {
    ReadRequests read = ReadRequests.of(nonsense);
    assertThat(read.events).isEmpty();
    assertThat(read.reasons).hasSizeBetween(1, 2);
  }

  @Test
  void aTombstoneIsRejected() {
    ReadRequests read = new ReadRequests();
    assertThat(new RequestReader().read(null, 0, read)).isEqualTo(1);
    assertThat(read.reasons).hasSize(1);
  }

  @Test
  void fractionalWeightsAreRightOnAverage() {
    long sum = 0;
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      sum +=
          ReadRequests.of(with("\"weight\":3.3,\"time\":" + (ReadRequests.NOW + i)))
              .events
              .get(0)
              .weight();
    }
    assertThat(sum / (double) n).isBetween(3.28, 3.32);
  }

  @Test
  void deeplyNestedLinesDoNotCostTheirSquare() {
    String line = "{\"a\":[{},\n";
    ReadRequests read = ReadRequests.of(line.repeat(20_000));
    assertThat(read.events).isEmpty();
    assertThat(read.reasons).hasSize(20_000);
  }

  @Test
  void anEventChecksItself() {
    assertThatThrownBy(
            () ->
                new RequestEvent(0, "shop", "/", HttpMethod.GET, 200, 1, CacheOutcome.NONE, 1, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("time: ");
  }
}

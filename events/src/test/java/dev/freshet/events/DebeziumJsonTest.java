package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DebeziumJsonTest {

  private static final String SOURCE =
      "\"source\":{\"version\":\"3.6\",\"schema\":\"public\",\"table\":\"t\",\"lsn\":255,"
          + "\"txId\":7,\"sequence\":\"[null]\",\"ts_ms\":1,\"ts_us\":1002,\"ts_ns\":1002003}";

  private static RowChange parse(String json) throws MalformedEventException {
    byte[] key = "{\"id\":1}".getBytes(StandardCharsets.UTF_8);
    return DebeziumJson.parse(key, json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }

  @Test
  void valuesKeepTheTextTheyCameWith() throws MalformedEventException {
    Row row =
        parse(
                "{\"op\":\"c\",\"after\":{\"n\":1.50,\"b\":true,\"s\":\"a \\\"b\\\"\",\"z\":null,"
                    + "\"arr\":[1, 2],\"obj\":{\"x\": \"y\"},\"big\":9007199254740993},"
                    + SOURCE
                    + "}")
            .after();
    assertThat(row).isNotNull();
    assertThat(row.text("n")).isEqualTo("1.50");
    assertThat(row.text("b")).isEqualTo("true");
    assertThat(row.text("s")).isEqualTo("a \"b\"");
    assertThat(row.text("z")).isNull();
    assertThat(row.has("z")).isTrue();
    assertThat(row.has("absent")).isFalse();
    assertThat(row.text("arr")).isEqualTo("[1,2]");
    assertThat(row.text("obj")).isEqualTo("{\"x\":\"y\"}");
    assertThat(row.text("big")).isEqualTo("9007199254740993");
  }

  @Test
  void theSourceTellsTableTransactionPositionAndCommitTime() throws MalformedEventException {
    ChangeSource source = parse("{\"op\":\"t\"," + SOURCE + "}").source();
    assertThat(source)
        .isEqualTo(
            new ChangeSource(new TableName("public", "t"), "{\"id\":1}", new Lsn(255), 7, 1002));
  }

  @Test
  void commitTimeFallsBackToMilliseconds() throws MalformedEventException {
    String old = SOURCE.replace(",\"ts_us\":1002,\"ts_ns\":1002003", "");
    assertThat(parse("{\"op\":\"t\"," + old + "}").source().committedMicros()).isEqualTo(1000);
  }

  @Test
  void everyOperationHasItsRecord() throws MalformedEventException {
    String row = "{\"id\":1}";
    assertThat(parse("{\"op\":\"c\",\"after\":" + row + "," + SOURCE + "}"))
        .isInstanceOf(RowChange.Insert.class);
    assertThat(parse("{\"op\":\"r\",\"after\":" + row + "," + SOURCE + "}"))
        .isInstanceOf(RowChange.Read.class);
    assertThat(parse("{\"op\":\"u\",\"before\":null,\"after\":" + row + "," + SOURCE + "}"))
        .isInstanceOf(RowChange.Update.class);
    assertThat(parse("{\"op\":\"d\",\"before\":" + row + ",\"after\":null," + SOURCE + "}"))
        .isInstanceOf(RowChange.Delete.class);
  }

  @Test
  void logicalMessagesSayNothing() throws MalformedEventException {
    byte[] message =
        "{\"op\":\"m\",\"message\":{\"prefix\":\"x\"}}".getBytes(StandardCharsets.UTF_8);
    assertThat(DebeziumJson.parse(null, message)).isEmpty();
  }

  @Test
  void aMissingImageIsNamed() {
    assertThatThrownBy(() -> parse("{\"op\":\"d\",\"before\":null," + SOURCE + "}"))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("op \"d\" without \"before\"");
  }
}

package dev.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URISyntaxException;
import java.util.Objects;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.time.MutableInstant;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lines of the log as its config writes them. */
class LogFormatTest {

  @AfterEach
  void asBefore() {
    System.clearProperty("freshet.log.format");
    System.clearProperty("freshet.log.stack");
  }

  @Test
  void jsonIsOneObjectPerLineWhateverIsInIt() throws Exception {
    LogFormat.JSON.apply();
    String line = written("two\nlines, a \"quote\" and a \\ ä", null, null);
    assertThat(line).endsWith("}\n").matches("[^\n]+\n");
    JsonNode read = new ObjectMapper().readTree(line);
    assertThat(read.path("time").asText()).isEqualTo("2026-11-22T10:00:00.250Z");
    assertThat(read.path("level").asText()).isEqualTo("WARN");
    assertThat(read.path("logger").asText()).isEqualTo("dev.freshet.Some");
    assertThat(read.path("thread").asText()).isEqualTo("main");
    assertThat(read.path("message").asText()).isEqualTo("two\nlines, a \"quote\" and a \\ ä");
    assertThat(read.has("lsn")).isFalse();
    assertThat(read.has("exception")).isFalse();
  }

  @Test
  void jsonNamesTheChangeAndWhereItFailed() throws Exception {
    LogFormat.JSON.apply();
    System.setProperty("freshet.log.stack", "full");
    JsonNode read =
        new ObjectMapper()
            .readTree(written("failed", "0/21F0498", new IllegalStateException("a \"reason\"")));
    assertThat(read.path("lsn").asText()).isEqualTo("0/21F0498");
    assertThat(read.path("exception").asText())
        .startsWith("java.lang.IllegalStateException: a \"reason\"\n\tat ");
  }

  @Test
  void textIsForPeople() throws Exception {
    assertThat(written("all is well", "0/21F0498", null))
        .matches("[0-9:]{8}\\.250 WARN  Some: all is well lsn=0/21F0498\n");
    assertThat(written("all is well", null, null)).endsWith("Some: all is well\n");
  }

  private static String written(String message, @Nullable String lsn, @Nullable Throwable thrown)
      throws URISyntaxException {
    SortedArrayStringMap context = new SortedArrayStringMap();
    if (lsn != null) {
      context.putValue("lsn", lsn);
    }
    MutableInstant instant = new MutableInstant();
    instant.initFromEpochMilli(1_795_341_600_250L, 0);
    Log4jLogEvent event =
        Log4jLogEvent.newBuilder()
            .setLoggerName("dev.freshet.Some")
            .setLevel(Level.WARN)
            .setThreadName("main")
            .setInstant(instant)
            .setMessage(new SimpleMessage(message))
            .setContextData(context)
            .setThrown(thrown)
            .build();
    var config = Objects.requireNonNull(LogFormat.class.getResource("/log4j2.xml")).toURI();
    try (LoggerContext log = new LoggerContext("test", null, config)) {
      log.start();
      return log.getConfiguration()
          .getAppender("stderr")
          .getLayout()
          .toSerializable(event)
          .toString();
    }
  }
}

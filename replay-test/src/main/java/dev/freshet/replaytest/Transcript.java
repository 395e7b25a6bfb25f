package dev.freshet.replaytest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a topology wrote, as lines: JSON as it is, other UTF-8 as text, the rest in Base64. Nothing
 * is rounded or sorted, so that equal transcripts mean equal bytes.
 */
final class Transcript {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final StringBuilder text = new StringBuilder();
  private String cause = "";

  /** What the following lines come from; named only when there are any. */
  void because(String next) {
    cause = next;
  }

  void add(String topic, TestRecord<byte[], byte[]> record) {
    if (!cause.isEmpty()) {
      text.append("# ").append(cause).append('\n');
      cause = "";
    }
    ObjectNode line = JSON.createObjectNode().put("topic", topic);
    put(line, "key", record.key());
    put(line, "value", record.value());
    for (Header header : record.headers()) {
      put(line.withArray("headers").addObject().put("name", header.key()), "value", header.value());
    }
    line.put("timestamp", record.timestamp());
    try {
      text.append(JSON.writeValueAsString(line)).append('\n');
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  String text() {
    return text.toString();
  }

  private static void put(ObjectNode line, String name, byte @Nullable [] bytes) {
    if (bytes == null) {
      line.putNull(name);
      return;
    }
    try {
      String decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (isJson(decoded)) {
        line.putRawValue(name, new RawValue(decoded));
      } else {
        line.put(name + "_text", decoded);
      }
    } catch (CharacterCodingException notText) {
      line.put(name + "_base64", Base64.getEncoder().encodeToString(bytes));
    }
  }

  private static boolean isJson(String decoded) {
    if (decoded.indexOf('\n') >= 0 || decoded.indexOf('\r') >= 0) {
      return false;
    }
    try {
      return !JSON.readTree(decoded).isMissingNode();
    } catch (IOException notJson) {
      return false;
    }
  }
}

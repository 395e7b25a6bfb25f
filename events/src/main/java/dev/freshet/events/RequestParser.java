package dev.freshet.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Reads one request event in any JSON, with Jackson; says what is wrong. Not thread-safe. */
final class RequestParser {

  /**
   * Broken syntax is read up to this many times over, once per line that begins an object: each
   * such line nests one deeper in the one before.
   */
  private static final int MAX_NESTING = 16;

  private static final int MAX_SHOWN = 40;

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
          .build();

  private @Nullable String problem;

  void clear() {
    problem = null;
  }

  boolean hasProblem() {
    return problem != null;
  }

  /** What was wrong with the last event. */
  String problem() {
    return problem == null ? "" : problem;
  }

  void expectedObject(byte found) {
    problem =
        "an event is a JSON object, found "
            + (found > ' ' && found < 127 ? "'" + (char) found + "'" : "byte " + (found & 0xFF));
  }

  /**
   * Reads the object that begins here.
   *
   * @return where it ends; negative when its syntax is broken, so that nobody knows where
   */
  int parse(byte[] value, int start, RequestFields fields) {
    problem = null;
    try (JsonParser json = JSON.createParser(value, start, value.length - start)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken token = json.nextToken();
        member(json, name, token, fields);
      }
      return start + (int) json.currentLocation().getByteOffset();
    } catch (IOException broken) {
      return brokenSyntax(broken);
    }
  }

  /** Past the value of an array that is not an event; negative when its syntax is broken. */
  int skip(byte[] value, int start) {
    int end = start < value.length && isNumeric(value[start]) ? numberEnd(value, start) : -1;
    int length = (end < 0 ? value.length : end) - start;
    try (JsonParser json = JSON.createParser(value, start, length)) {
      JsonToken token = json.nextToken();
      if (token == null) {
        problem = "an event is a JSON object, found the end";
        return -1;
      }
      json.skipChildren();
      json.finishToken();
      problem = "an event is a JSON object, found " + kind(token);
      return end < 0 ? start + (int) json.currentLocation().getByteOffset() : end;
    } catch (IOException broken) {
      return brokenSyntax(broken);
    }
  }

  /** Jackson wants a blank after a number that stands alone, so it gets the number alone. */
  private static int numberEnd(byte[] value, int start) {
    int end = start;
    while (end < value.length && isNumeric(value[end])) {
      end++;
    }
    return end;
  }

  private static boolean isNumeric(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }

  private int brokenSyntax(IOException broken) {
    problem =
        broken instanceof JsonProcessingException syntax
            ? "not JSON: " + syntax.getOriginalMessage()
            : "not JSON: " + broken.getMessage();
    return -1;
  }

  private void member(JsonParser json, String name, JsonToken token, RequestFields fields)
      throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      absent(name, fields);
      return;
    }
    switch (name) {
      case "time" -> time(json, token, fields);
      case "service" -> {
        byte[] text = text(json, name, token);
        fields.service().set(text, 0, text.length);
      }
      case "route" -> {
        byte[] text = text(json, name, token);
        fields.route(text, 0, text.length);
      }
      case "trace_id" -> {
        byte[] text = text(json, name, token);
        fields.traceId().set(text, 0, text.length);
      }
      case "method" -> {
        byte[] text = text(json, name, token);
        fields.method(HttpMethod.of(text, 0, text.length));
      }
      case "cache" -> cache(json, token, fields);
      case "status" -> {
        if (number(json, name, token)) {
          fields.status(status(json, token));
        }
      }
      case "weight" -> {
        if (number(json, name, token)) {
          fields.weight(json.getDoubleValue());
        }
      }
      case "duration_ms" -> {
        if (number(json, name, token)) {
          fields.durationNanos(nanos(json));
        }
      }
      default -> json.skipChildren();
    }
  }

  /** A field with JSON null is a field that is not there, even after one that was. */
  private static void absent(String name, RequestFields fields) {
    switch (name) {
      case "service" -> fields.service().clear();
      case "route" -> fields.unmatched();
      case "trace_id" -> fields.traceId().clear();
      case "method" -> fields.method(HttpMethod.OTHER);
      case "cache" -> fields.cache(CacheOutcome.NONE);
      case "status" -> fields.status(0);
      case "weight" -> fields.weight(1);
      case "duration_ms" -> fields.durationNanos(-1);
      default -> {
        // "time" keeps the time of arrival
      }
    }
  }

  private void time(JsonParser json, JsonToken token, RequestFields fields) throws IOException {
    if (token.isNumeric()) {
      BigDecimal millis = bounded(json);
      fields.timeMillis(millis == null ? -1 : saturated(millis.setScale(0, RoundingMode.FLOOR)));
      return;
    }
    String text = new String(text(json, "time", token), StandardCharsets.UTF_8);
    try {
      if (!text.isEmpty()) {
        fields.timeMillis(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        return;
      }
    } catch (DateTimeException notATime) {
      // said below
    } catch (ArithmeticException tooFar) {
      // said below
    }
    complain("time: ISO 8601 with Z or an offset is expected, found \"" + shown(text) + "\"");
  }

  private void cache(JsonParser json, JsonToken token, RequestFields fields) throws IOException {
    String text = new String(text(json, "cache", token), StandardCharsets.UTF_8);
    CacheOutcome outcome = CacheOutcome.of(text);
    if (outcome == null) {
      complain(
          "cache: l1, l2, l3, miss, bypass or none is expected, found \"%s\""
              .formatted(shown(text)));
    } else {
      fields.cache(outcome);
    }
  }

  private long status(JsonParser json, JsonToken token) throws IOException {
    BigDecimal number = bounded(json);
    if (token == JsonToken.VALUE_NUMBER_INT && number != null) {
      return saturated(number);
    }
    complain("status: a whole number is expected, found " + shown(json.getText()));
    return 0;
  }

  /** Half a nanosecond rounds up; what is far out of range becomes something out of range. */
  private long nanos(JsonParser json) throws IOException {
    BigDecimal millis = bounded(json);
    if (millis == null) {
      double roughly = json.getDoubleValue();
      return roughly >= 0 && roughly < 1 ? 0 : Long.MAX_VALUE;
    }
    if (millis.signum() < 0) {
      complain("duration_ms: 0 or more is expected, found " + shown(json.getText()));
    }
    return saturated(millis.movePointRight(6).setScale(0, RoundingMode.HALF_UP));
  }

  /** The number exactly; null when its exponent would make that costly. */
  private static @Nullable BigDecimal bounded(JsonParser json) throws IOException {
    BigDecimal number;
    try {
      number = json.getDecimalValue();
    } catch (NumberFormatException exponentBeyondInt) {
      return null;
    }
    long magnitude = (long) number.precision() - number.scale();
    return Math.abs(magnitude) > 30 || Math.abs((long) number.scale()) > 1100 ? null : number;
  }

  private static long saturated(BigDecimal whole) {
    BigInteger number = whole.toBigInteger();
    return number.bitLength() > 63 ? number.signum() * Long.MAX_VALUE : number.longValue();
  }

  private boolean number(JsonParser json, String name, JsonToken token) throws IOException {
    if (token.isNumeric()) {
      return true;
    }
    complain(name + ": a number is expected, found " + kind(token));
    json.skipChildren();
    return false;
  }

  private byte[] text(JsonParser json, String name, JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_STRING) {
      complain(name + ": a string is expected, found " + kind(token));
      json.skipChildren();
      return new byte[0];
    }
    String text = json.getText();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ') {
        complain(name + ": holds a control character");
        return new byte[0];
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void complain(String what) {
    if (problem == null) {
      problem = what;
    }
  }

  private static String shown(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_NULL -> "null";
      default -> token.toString();
    };
  }
}

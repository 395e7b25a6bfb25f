package dev.freshet.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code <ns>.alerts}. Fields a reader does not know are skipped. Thread-safe.
 *
 * <pre>{@code
 * ["latency","1h/5m"]
 * {"slo":"latency","windows":"1h/5m","severity":"page","state":"firing","since_ms":1767225720000,
 *  "started_ms":1767225600000,"factor":14.4,"long_burn":15.2,"short_burn":19.9,"objective":0.95,
 *  "bad":7600,"total":10000}
 * }</pre>
 */
public final class AlertJson {

  private static final int BYTES = 256;

  private AlertJson() {}

  /** The key of an alert: a JSON array of SLO and windows. */
  public static byte[] key(String slo, String windows) {
    return JsonBytes.array(slo, windows);
  }

  /** The alert as UTF-8 JSON. */
  public static byte[] write(Alert alert) {
    return JsonBytes.of(
        BYTES,
        json -> {
          json.writeStartObject();
          json.writeStringField("slo", alert.slo());
          json.writeStringField("windows", alert.windows());
          json.writeStringField("severity", alert.severity());
          json.writeStringField("state", alert.state().name().toLowerCase(Locale.ROOT));
          json.writeNumberField("since_ms", alert.sinceMillis());
          json.writeNumberField("started_ms", alert.startedMillis());
          json.writeNumberField("factor", alert.factor());
          json.writeNumberField("long_burn", alert.longBurn());
          json.writeNumberField("short_burn", alert.shortBurn());
          json.writeNumberField("objective", alert.objective());
          json.writeNumberField("bad", alert.bad());
          json.writeNumberField("total", alert.total());
          json.writeEndObject();
        });
  }

  /**
   * Reads what {@link #write(Alert)} writes.
   *
   * @throws MalformedEventException when the value is something else
   */
  public static Alert parse(byte @Nullable [] value) throws MalformedEventException {
    if (value == null) {
      throw new MalformedEventException("an alert has a value, found null");
    }
    String slo = "";
    String windows = "";
    String severity = "";
    String state = "";
    long since = 0;
    long started = 0;
    double factor = 0;
    double longBurn = 0;
    double shortBurn = 0;
    double objective = 0;
    long bad = 0;
    long total = 0;
    try (JsonParser json = JsonBytes.JSON.createParser(value)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "slo" -> slo = json.getText();
          case "windows" -> windows = json.getText();
          case "severity" -> severity = json.getText();
          case "state" -> state = json.getText();
          case "since_ms" -> since = json.getLongValue();
          case "started_ms" -> started = json.getLongValue();
          case "factor" -> factor = json.getDoubleValue();
          case "long_burn" -> longBurn = json.getDoubleValue();
          case "short_burn" -> shortBurn = json.getDoubleValue();
          case "objective" -> objective = json.getDoubleValue();
          case "bad" -> bad = json.getLongValue();
          case "total" -> total = json.getLongValue();
          default -> json.skipChildren();
        }
      }
      if (slo.isEmpty() || windows.isEmpty()) {
        throw new MalformedEventException("an alert names its \"slo\" and its \"windows\"");
      }
      Alert.State parsed = Alert.State.valueOf(state.toUpperCase(Locale.ROOT));
      return new Alert(
          slo, windows, severity, parsed, since, started, factor, longBurn, shortBurn, objective,
          bad, total);
    } catch (IOException | IllegalArgumentException notOurs) {
      throw new MalformedEventException("not an alert: " + notOurs.getMessage());
    }
  }
}

package dev.freshet.materializer.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.freshet.events.Lsn;
import dev.freshet.materializer.expression.ValueText;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.ViewPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A view's records as docs/reference/view-topic.md describes them: keys, rows, positions.
 *
 * <p>Integers, booleans and finite floats are JSON numbers and booleans; every other value is the
 * text Postgres shows, so that nothing of a numeric's scale or a timestamp's microseconds is lost.
 */
public final class ViewJson {

  /** The key of a position: a text, where the key of a row is an object. */
  private static final byte[] POSITION_KEY = "\"position\"".getBytes(StandardCharsets.UTF_8);

  private static final JsonFactory JSON = new JsonFactory();

  private final ViewPlan plan;

  public ViewJson(ViewPlan plan) {
    this.plan = plan;
  }

  /** The key of every position record. */
  public static byte[] positionKey() {
    return POSITION_KEY.clone();
  }

  /** Whether a record is a position and not a row. */
  public static boolean isPosition(byte @Nullable [] key) {
    return Arrays.equals(key, POSITION_KEY);
  }

  private interface Content {
    void write(JsonGenerator out) throws IOException;
  }

  private static byte[] object(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      content.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The key columns of a row, in the order of the key. */
  public byte[] key(@Nullable Object[] key) {
    return object(
        out -> {
          for (int i = 0; i < key.length; i++) {
            value(out, plan.columns().get(plan.key().get(i)), key[i]);
          }
        });
  }

  /** A row as it is since {@code lsn}. */
  public byte[] row(@Nullable Object[] row, Lsn lsn, long committedMicros) {
    return object(
        out -> {
          out.writeObjectFieldStart("row");
          for (int i = 0; i < row.length; i++) {
            value(out, plan.columns().get(i), row[i]);
          }
          out.writeEndObject();
          at(out, lsn, committedMicros);
        });
  }

  /** The key columns of a row, in the order of the key. */
  public @Nullable String[] keyOf(@Nullable String[] row) {
    return plan.key().stream().map(column -> row[column]).toArray(String[]::new);
  }

  /** As {@link #key}, in Postgres's texts. */
  public byte[] keyOfTexts(@Nullable String[] key) {
    return object(
        out -> {
          for (int i = 0; i < key.length; i++) {
            text(out, plan.columns().get(plan.key().get(i)), key[i]);
          }
        });
  }

  /** As {@link #row}, in Postgres's texts. */
  public byte[] rowOfTexts(@Nullable String[] row, Lsn lsn, long committedMicros) {
    return object(
        out -> {
          out.writeObjectFieldStart("row");
          for (int i = 0; i < row.length; i++) {
            text(out, plan.columns().get(i), row[i]);
          }
          out.writeEndObject();
          at(out, lsn, committedMicros);
        });
  }

  /** Where the view stands after the rows before this record. */
  public byte[] position(Position position) {
    return object(
        out -> {
          out.writeStringField("view", plan.id());
          at(out, position.lsn(), position.committedMicros());
          out.writeBooleanField("whole", position.whole());
          out.writeNumberField("rows", position.rows());
          out.writeNumberField("errors", position.errors());
          out.writeArrayFieldStart("reasons");
          for (String reason : position.reasons()) {
            out.writeString(reason);
          }
          out.writeEndArray();
          out.writeNumberField("state", position.state());
        });
  }

  /**
   * Where a view stands.
   *
   * @param whole whether the rows so far are those of whole transactions
   * @param rows how many the view has
   * @param errors how many rows have no value
   * @param reasons some of these, in words
   * @param state bytes it remembers; 0 when nobody has counted them yet
   */
  public record Position(
      Lsn lsn,
      long committedMicros,
      boolean whole,
      long rows,
      long errors,
      List<String> reasons,
      long state) {
    public Position {
      reasons = List.copyOf(reasons);
    }

    /** The position of a view that has just begun. */
    public Position(
        Lsn lsn,
        long committedMicros,
        boolean whole,
        long rows,
        long errors,
        List<String> reasons) {
      this(lsn, committedMicros, whole, rows, errors, reasons, 0);
    }
  }

  private static void at(JsonGenerator out, Lsn lsn, long committedMicros) throws IOException {
    out.writeStringField("lsn", lsn.toString());
    out.writeStringField(
        "committed", Instant.EPOCH.plus(committedMicros, ChronoUnit.MICROS).toString());
  }

  private void value(JsonGenerator out, Column column, @Nullable Object value) throws IOException {
    text(
        out,
        column,
        value == null ? null : ValueText.output(value, column.type().kind(), plan.zone()));
  }

  private static void text(JsonGenerator out, Column column, @Nullable String text)
      throws IOException {
    out.writeFieldName(column.name());
    PgType.Kind kind = column.type().kind();
    if (text == null) {
      out.writeNull();
    } else if (kind == PgType.Kind.BOOL) {
      out.writeBoolean(text.charAt(0) == 't');
    } else if (kind.isInteger() || (isFloat(kind) && isFinite(text))) {
      out.writeNumber(text);
    } else {
      out.writeString(text);
    }
  }

  private static boolean isFloat(PgType.Kind kind) {
    return kind == PgType.Kind.FLOAT4 || kind == PgType.Kind.FLOAT8;
  }

  /** NaN and the infinities end with a letter. */
  private static boolean isFinite(String number) {
    return Character.isDigit(number.charAt(number.length() - 1));
  }
}

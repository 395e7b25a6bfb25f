package dev.freshet.materializer.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.events.Row;
import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Source;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowReaderTest {

  private static final List<Column> COLUMNS =
      List.of(
          new Column("id", PgType.INT8, false),
          new Column("day", PgType.DATE, true),
          new Column("at", PgType.TIMESTAMPTZ, true),
          new Column("amount", PgType.NUMERIC, true),
          new Column("note", PgType.TEXT, true));

  private final RowReader reader =
      new RowReader(new Source(new TableName("public", "facts"), COLUMNS, 1));

  private static Row image(@Nullable String... values) {
    return new Row(List.of("id", "day", "at", "amount", "note"), Arrays.asList(values));
  }

  private @Nullable Object read(int column, String text) {
    @Nullable String[] values = {"1", null, null, null, null};
    values[column] = text;
    return reader.read(image(values)).row()[column];
  }

  @Test
  void aNumericKeepsItsScaleAndNullIsNull() {
    assertThat(reader.read(image("7", null, null, "1.500", "x")).row())
        .containsExactly(7L, null, null, new BigDecimal("1.500"), "x");
  }

  @Test
  void datesReachInfinityAndTheTimeBeforeChrist() {
    assertThat(read(1, "2026-01-31")).isEqualTo(LocalDate.of(2026, 1, 31).toEpochDay());
    assertThat(read(1, "-0043-03-15")).isEqualTo(LocalDate.of(-43, 3, 15).toEpochDay());
    assertThat(read(1, "infinity")).isEqualTo(Long.MAX_VALUE);
    assertThat(read(1, "-infinity")).isEqualTo(Long.MIN_VALUE);
    assertThat(read(2, "1970-01-01T00:00:01.000005Z")).isEqualTo(1_000_005L);
    assertThat(read(2, "1970-01-01T01:00:00+01:00")).isEqualTo(0L);
    assertThat(read(2, "-infinity")).isEqualTo(Long.MIN_VALUE);
    assertThat(read(1, "-4713-11-23Z")).isEqualTo(Missing.UNREADABLE);
    assertThat(read(1, "+5874898-01-01Z")).isEqualTo(Missing.UNREADABLE);
    assertThat(read(2, "+294276-12-31T23:59:59.999999Z")).isEqualTo(Missing.UNREADABLE);
  }

  @Test
  void everyFormOfATimestampIsThatOfTheFormatter() {
    for (String text :
        List.of(
            "2026-11-23T10:15:30.123456Z",
            "2026-11-23T10:15:30.1Z",
            "2026-11-23T10:15:30Z",
            "2024-02-29T23:59:59.999999Z",
            "0001-01-01T00:00:00Z",
            "0000-12-31T00:00:00Z",
            "-0001-12-31T00:00:00Z",
            "1969-12-31T23:59:59.000001Z",
            "+10000-01-01T00:00:00Z",
            "2026-11-23T10:15:30.123456+02:00")) {
      Instant expected = OffsetDateTime.parse(text).toInstant();
      assertThat(read(2, text))
          .as(text)
          .isEqualTo(expected.getEpochSecond() * 1_000_000 + expected.getNano() / 1000);
    }
    for (String text :
        List.of("2026-02-30T00:00:00Z", "2026-11-23T24:00:01Z", "2026-1a-23T10:15:30Z")) {
      assertThat(read(2, text)).as(text).isEqualTo(Missing.UNREADABLE);
    }
  }

  @Test
  void aValueTheLogLeftOutIsTheOneBefore() {
    assertThat(read(4, Row.UNAVAILABLE)).isEqualTo(Missing.UNCHANGED);
  }

  @Test
  void theColumnsMayStandElsewhereInTheNextImage() {
    reader.read(image("1", null, null, null, "first"));
    Row moved =
        new Row(
            List.of("note", "extra", "amount", "at", "day", "id"),
            Arrays.asList("second", "?", null, null, null, "2"));
    assertThat(reader.read(moved).row()).containsExactly(2L, null, null, null, "second");
    assertThat(reader.key(new Row(List.of("id"), List.of("3")))).containsExactly(3L);
  }

  @Test
  void whatIsNoValueOfItsTypeSaysWhichColumnAndWhy() {
    Reading reading = reader.read(image("1", null, "1769854530000000", "NaN", "known"));
    assertThat(reading.row())
        .containsExactly(1L, null, Missing.UNREADABLE, Missing.UNREADABLE, "known");
    assertThat(reading.problem()).contains("public.facts.at", "time.precision.mode");
    assertThat(reader.read(image("1", null, null, "NaN", null)).problem())
        .contains("public.facts.amount", "NaN");
    assertThat(reader.read(new Row(List.of("id"), List.of("1"))).problem())
        .contains("no column day");
    assertThatThrownBy(() -> reader.read(image("one", null, null, null, null)))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("public.facts.id");
  }
}

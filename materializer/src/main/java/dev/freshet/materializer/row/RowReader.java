package dev.freshet.materializer.row;

import dev.freshet.events.Row;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Row images of one source's table to the rows of that source.
 *
 * <p>Expects what Freshet's capture writes: decimals as text and {@code
 * time.precision.mode=isostring}. Thread-safe.
 */
public final class RowReader {

  private final Source source;
  private final List<Column> columns;

  /** Where the columns stood in the last image: they stand there in the next one too. */
  private volatile int[] places;

  public RowReader(Source source) {
    this.source = source;
    this.columns = source.columns();
    this.places = new int[columns.size()];
  }

  /**
   * All columns of the source. One that cannot be read is an error of the row and keeps none of the
   * others from being known.
   *
   * @throws EvaluationException when that is so of the primary key: nobody can tell whose row it is
   */
  public Reading read(Row image) {
    @Nullable Object[] row = new @Nullable Object[columns.size()];
    String problem = null;
    for (int i = 0; i < row.length; i++) {
      try {
        row[i] = column(image, i);
      } catch (EvaluationException unreadable) {
        if (i < source.keyWidth()) {
          throw unreadable;
        }
        row[i] = Missing.UNREADABLE;
        problem = problem == null ? unreadable.getMessage() : problem;
      }
    }
    return new Reading(row, problem);
  }

  /**
   * The primary key alone, which every image has, also that of a deleted row.
   *
   * @throws EvaluationException when a column is missing or its text is no value of its type
   */
  public @Nullable Object[] key(Row image) {
    @Nullable Object[] key = new @Nullable Object[source.keyWidth()];
    for (int i = 0; i < key.length; i++) {
      key[i] = column(image, i);
    }
    return key;
  }

  private @Nullable Object column(Row image, int i) {
    Column column = columns.get(i);
    List<String> names = image.columns();
    int place = places[i];
    if (place >= names.size() || !names.get(place).equals(column.name())) {
      place = names.indexOf(column.name());
      if (place < 0) {
        throw new EvaluationException(
            "the change event of %s has no column %s".formatted(source.table(), column.name()));
      }
      int[] hint = places.clone();
      hint[i] = place;
      places = hint;
    }
    return value(column, image.values().get(place));
  }

  private @Nullable Object value(Column column, @Nullable String text) {
    if (text == null) {
      return null;
    }
    if (Row.isUnavailable(text)) {
      return Missing.UNCHANGED;
    }
    try {
      return EventText.value(text, column.type().kind());
    } catch (RuntimeException unreadable) {
      throw new EvaluationException(
          "column %s.%s: \"%s\" in the change event is no %s: %s"
              .formatted(
                  source.table(),
                  column.name(),
                  text.length() <= 40 ? text : text.substring(0, 40) + "…",
                  column.type(),
                  unreadable.getMessage()));
    }
  }
}

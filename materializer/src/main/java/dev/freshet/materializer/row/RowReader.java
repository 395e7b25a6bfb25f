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
   * A value for each column of the source; {@link Unchanged#VALUE} where the image has the TOAST
   * marker.
   *
   * @throws EvaluationException when a column is missing or its text is no value of its type; the
   *     row is an error of the view
   */
  public @Nullable Object[] read(Row image) {
    return read(image, columns.size());
  }

  /**
   * The primary key alone, which every image has, also that of a deleted row.
   *
   * @throws EvaluationException as {@link #read}
   */
  public @Nullable Object[] key(Row image) {
    return read(image, source.keyWidth());
  }

  private @Nullable Object[] read(Row image, int width) {
    int[] hint = places;
    List<String> names = image.columns();
    @Nullable Object[] values = new @Nullable Object[width];
    for (int i = 0; i < width; i++) {
      Column column = columns.get(i);
      int place = hint[i];
      if (place >= names.size() || !names.get(place).equals(column.name())) {
        place = names.indexOf(column.name());
        if (place < 0) {
          throw new EvaluationException(
              "the change event of %s has no column %s".formatted(source.table(), column.name()));
        }
        hint = hint.clone();
        hint[i] = place;
        places = hint;
      }
      values[i] = value(column, image.values().get(place));
    }
    return values;
  }

  private @Nullable Object value(Column column, @Nullable String text) {
    if (text == null) {
      return null;
    }
    if (Row.isUnavailable(text)) {
      return Unchanged.VALUE;
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

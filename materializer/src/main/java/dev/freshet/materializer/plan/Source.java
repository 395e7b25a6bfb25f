package dev.freshet.materializer.plan;

import dev.freshet.events.TableName;
import java.util.List;

/**
 * The rows of a table. A table that occurs twice in a view has two sources; they need not have the
 * same columns.
 *
 * @param columns only those the view uses: first the primary key in its own order, then the others
 *     in the order of the table
 * @param keyWidth how many of them are the primary key, at least 1
 */
public record Source(TableName table, List<Column> columns, int keyWidth) implements Node {

  public Source {
    columns = List.copyOf(columns);
    if (keyWidth < 1 || keyWidth > columns.size()) {
      throw new IllegalArgumentException(
          "a source has a key of 1 to %d columns, found %d".formatted(columns.size(), keyWidth));
    }
  }

  @Override
  public List<Node> inputs() {
    return List.of();
  }

  @Override
  public String describe() {
    return "source " + table + " " + columns + " key " + keyWidth;
  }
}

package dev.freshet.events;

import org.jspecify.annotations.Nullable;

/** A change of one row, or of a whole table, as the database committed it. */
public sealed interface RowChange {

  /** Where it comes from. */
  ChangeSource source();

  /** The row before the change, as far as the table's replica identity shows it. */
  default @Nullable Row before() {
    return null;
  }

  /** The row after the change. */
  default @Nullable Row after() {
    return null;
  }

  /** The operation as Debezium writes it: {@code c}, {@code r}, {@code u}, {@code d}, {@code t}. */
  char op();

  /** A row that is new. */
  record Insert(ChangeSource source, Row after) implements RowChange {
    @Override
    public char op() {
      return 'c';
    }
  }

  /** A row seen by a snapshot: it may have changed before, nobody saw when. */
  record Read(ChangeSource source, Row after) implements RowChange {
    @Override
    public char op() {
      return 'r';
    }
  }

  /** A row with other values; {@code before} is null unless the replica identity logs it. */
  record Update(ChangeSource source, @Nullable Row before, Row after) implements RowChange {
    @Override
    public char op() {
      return 'u';
    }
  }

  /** A row that is gone; {@code before} has at least the columns of the replica identity. */
  record Delete(ChangeSource source, Row before) implements RowChange {
    @Override
    public char op() {
      return 'd';
    }
  }

  /** All rows of a table at once. */
  record Truncate(ChangeSource source) implements RowChange {
    @Override
    public char op() {
      return 't';
    }
  }
}

package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import dev.freshet.materializer.state.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The rows for which an expression has no value, each with Postgres's message.
 *
 * <p>While there is one the view is in error, as the SELECT itself would be; the row's retraction
 * heals it. The view goes on without these rows meanwhile.
 */
final class ErrorSet {

  /** Longest text of one error. */
  private static final int LONGEST = 500;

  private static final int LONGEST_VALUE = 60;

  private final State state;
  private final Keys keys;
  private final Bytes total;

  ErrorSet(State state, Stores stores) {
    this.state = state;
    this.keys = stores.next();
    this.total = stores.next().begin().key();
  }

  /** The errors of one operator. */
  final class Place {
    private final int number;
    private final String where;
    private final List<Column> columns;

    private Place(int number, String where, List<Column> columns) {
      this.number = number;
      this.where = where;
      this.columns = columns;
    }

    /** Adds an error of this row, or takes it back. */
    void add(@Nullable Object[] row, @Nullable String message, long weight) {
      byte[] id = new Encoder().row(row).text(String.valueOf(message)).bytes();
      Bytes key = keys.begin().number(number).write(id).key();
      byte[] stored = state.get(key);
      long before = stored == null ? 0 : new Decoder(stored).number();
      long after = before + weight;
      state.put(
          key,
          after == 0 ? null : new Encoder().number(after).text(describe(row, message)).bytes());
      count((after > 0 ? 1 : 0) - (before > 0 ? 1 : 0));
    }

    private String describe(@Nullable Object[] row, @Nullable String message) {
      StringBuilder text = new StringBuilder(message + " in " + where + " (");
      for (int i = 0; i < row.length; i++) {
        String value = String.valueOf(row[i]);
        text.append(i == 0 ? "" : ", ")
            .append(i < columns.size() ? columns.get(i).name() : "?")
            .append('=')
            .append(value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) : value);
      }
      text.append(')');
      return text.length() > LONGEST ? text.substring(0, LONGEST) : text.toString();
    }
  }

  /**
   * @param number of the operator, a function of the plan
   * @param where what people call the rows: the table, or the step
   */
  Place place(int number, String where, List<Column> columns) {
    return new Place(number, where.toLowerCase(Locale.ROOT), columns);
  }

  private void count(long more) {
    if (more != 0) {
      state.put(total, new Encoder().number(size() + more).bytes());
    }
  }

  /** How many rows have an error. */
  long size() {
    byte[] stored = state.get(total);
    return stored == null ? 0 : new Decoder(stored).number();
  }

  /** Some of them, in words. */
  List<String> some(int most) {
    List<String> texts = new ArrayList<>();
    if (size() == 0) {
      return texts;
    }
    Bytes from = keys.begin().key();
    for (State.Entry entry : state.first(from, OrderedKey.afterAll(from), most * 4)) {
      Decoder in = new Decoder(entry.value());
      if (in.number() > 0 && texts.size() < most) {
        texts.add(in.text());
      }
    }
    return texts;
  }

  @Override
  public String toString() {
    return Arrays.toString(some(3).toArray());
  }
}

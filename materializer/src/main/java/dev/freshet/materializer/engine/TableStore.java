package dev.freshet.materializer.engine;

import dev.freshet.events.Lsn;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.row.Missing;
import dev.freshet.materializer.row.Reading;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import dev.freshet.materializer.state.State;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one source as the view last saw them: primary key → the columns it uses, and where in
 * the log they come from.
 *
 * <p>What a row was before a change comes from here, never from the event: so any replica identity
 * will do, an event that comes again changes nothing, one older than the row is ignored, and a
 * value the log left out (TOAST) is taken from the row before. A row whose primary key changes is
 * removed and comes again at one place of the log: there the row before is the one just removed.
 */
final class TableStore implements Rows {

  private static final int ROW = 0;
  private static final int ERROR = 1;

  /**
   * A row, and why it cannot be used if so. Then what is known of it is kept all the same: later
   * events leave out what did not change.
   */
  @SuppressWarnings("ArrayRecordComponent") // looked into, never compared
  private record Stored(long lsn, @Nullable Object[] row, @Nullable String error) {}

  private final State state;
  private final Keys keys;
  private final List<Column> columns;
  private final int keyWidth;
  private final ErrorSet.Place errors;
  private final Output above;
  private @Nullable Stored removed;
  private long removedAt = -1;

  TableStore(State state, Stores stores, Source source, ErrorSet errors, Output above) {
    this.state = state;
    this.keys = stores.next();
    this.columns = source.columns();
    this.keyWidth = source.keyWidth();
    this.errors = errors.place(keys.store(), source.table().toString(), columns);
    this.above = above;
  }

  private Bytes key(@Nullable Object[] primaryKey) {
    Encoder key = keys.begin();
    for (int i = 0; i < keyWidth; i++) {
      OrderedKey.append(key, primaryKey[i]);
    }
    return key.key();
  }

  /** A row of a snapshot: older than every change, and the only one of its key. */
  void seed(@Nullable Object[] row) {
    state.put(key(row), encode(new Stored(0, row, null)));
    above.push(row, 1);
  }

  /** The number of its store. */
  int store() {
    return keys.store();
  }

  /** The row is this now. */
  void put(Reading reading, Lsn lsn) {
    @Nullable Object[] row = reading.row();
    Bytes key = key(row);
    Stored before = read(key);
    if (before != null && Long.compareUnsigned(lsn.value(), before.lsn()) < 0) {
      return;
    }
    // An event that comes again finds itself; what was removed there may be a stretch of the past.
    boolean again = before != null && before.lsn() == lsn.value();
    String missing = fill(row, removedAt == lsn.value() && !again ? removed : before);
    String error = reading.problem() == null ? missing : reading.problem();
    replace(key, before, new Stored(lsn.value(), row, error));
  }

  /** The row is gone. */
  void remove(@Nullable Object[] primaryKey, Lsn lsn) {
    Bytes key = key(primaryKey);
    Stored before = read(key);
    if (before != null && Long.compareUnsigned(lsn.value(), before.lsn()) >= 0) {
      removed = before;
      removedAt = lsn.value();
      state.put(key, null);
      tell(before, -1);
    }
  }

  /** All rows are gone, except those that came later. */
  void clear(Lsn lsn) {
    state.forEach(
        keys.begin().key(),
        entry -> {
          Stored stored = decode(entry.value());
          if (Long.compareUnsigned(stored.lsn(), lsn.value()) <= 0) {
            state.put(entry.key(), null);
            tell(stored, -1);
          }
        });
  }

  /** Takes values the log left out from the row before; says which one is not known there. */
  private @Nullable String fill(@Nullable Object[] row, @Nullable Stored before) {
    String problem = null;
    for (int i = 0; i < row.length; i++) {
      if (row[i] == Missing.UNCHANGED && before != null) {
        row[i] = before.row()[i];
      }
      if (row[i] == Missing.UNCHANGED && problem == null) {
        problem =
            before != null && before.error() != null
                ? before.error()
                : "column %s was left out of the log (TOAST) and no earlier row is known"
                    .formatted(columns.get(i).name());
      }
    }
    return problem;
  }

  private void replace(Bytes key, @Nullable Stored before, Stored now) {
    boolean same =
        before != null
            && before.error() == null
            && now.error() == null
            && Arrays.equals(before.row(), now.row());
    // The new row first: a group or a left join's partner never looks empty in between. Who looks
    // here meanwhile finds what was before a row comes, and what is after one went (see Side).
    if (!same) {
      tell(now, 1);
    }
    state.put(key, encode(now));
    if (!same && before != null) {
      tell(before, -1);
    }
  }

  private void tell(Stored stored, long weight) {
    if (stored.error() == null) {
      above.push(stored.row(), weight);
    } else {
      errors.add(Arrays.copyOf(stored.row(), keyWidth), stored.error(), weight);
    }
  }

  private static byte[] encode(Stored stored) {
    Encoder out = new Encoder().number(stored.lsn());
    if (stored.error() == null) {
      return out.write(ROW).row(stored.row()).bytes();
    }
    @Nullable Object[] known = stored.row().clone();
    Encoder unknown = new Encoder();
    for (int i = 0; i < known.length; i++) {
      if (known[i] instanceof Missing) {
        known[i] = null;
        unknown.number(i);
      }
    }
    out.write(ERROR).text(stored.error()).row(known);
    return out.write(unknown.bytes()).bytes();
  }

  @Override
  public @Nullable Object @Nullable [] find(byte[] primaryKey) {
    Stored stored = read(keys.begin().write(primaryKey).key());
    return stored == null || stored.error() != null ? null : stored.row();
  }

  private @Nullable Stored read(Bytes key) {
    byte[] stored = state.get(key);
    return stored == null ? null : decode(stored);
  }

  private Stored decode(byte[] stored) {
    Decoder in = new Decoder(stored);
    long lsn = in.number();
    if (in.read() == ROW) {
      return new Stored(lsn, in.row(columns.size()), null);
    }
    String error = in.text();
    @Nullable Object[] known = in.row(columns.size());
    while (!in.atEnd()) {
      known[(int) in.number()] = Missing.UNCHANGED;
    }
    return new Stored(lsn, known, error);
  }
}

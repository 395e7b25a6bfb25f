package dev.freshet.materializer.engine;

import dev.freshet.events.Lsn;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.row.Unchanged;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import dev.freshet.materializer.state.State;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one source as the view last saw them: primary key → the columns it uses, and where in
 * the log they come from.
 *
 * <p>What a row was before a change comes from here, never from the event: so any replica identity
 * will do, an event that comes again changes nothing, one older than the row is ignored, and a
 * value the log left out (TOAST) is taken from the row before.
 */
final class TableStore implements Rows {

  private static final int ROW = 0;
  private static final int ERROR = 1;

  /** A row, or the reason why there is none that could be used. */
  @SuppressWarnings("ArrayRecordComponent") // looked into, never compared
  private record Stored(long lsn, @Nullable Object @Nullable [] row, @Nullable String error) {}

  private final State state;
  private final Keys keys;
  private final List<Column> columns;
  private final int keyWidth;
  private final ErrorSet.Place errors;
  private final Output above;

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
    state.put(key(row), encode(row, new Stored(0, row, null)));
    above.push(row, 1);
  }

  /** The number of its store. */
  int store() {
    return keys.store();
  }

  /** The row is this now. */
  void put(@Nullable Object[] row, Lsn lsn) {
    Bytes key = key(row);
    Stored before = read(key);
    if (before != null && Long.compareUnsigned(lsn.value(), before.lsn()) < 0) {
      return;
    }
    int missing = fill(row, before);
    if (missing >= 0) {
      String problem =
          "column %s was left out of the log (TOAST) and no earlier row is known"
              .formatted(columns.get(missing).name());
      replace(key, row, before, new Stored(lsn.value(), null, problem));
    } else {
      replace(key, row, before, new Stored(lsn.value(), row, null));
    }
  }

  /** The row cannot be used, for this reason. */
  void putError(@Nullable Object[] primaryKey, String reason, Lsn lsn) {
    Bytes key = key(primaryKey);
    Stored before = read(key);
    if (before == null || Long.compareUnsigned(lsn.value(), before.lsn()) >= 0) {
      replace(key, primaryKey, before, new Stored(lsn.value(), null, reason));
    }
  }

  /** The row is gone. */
  void remove(@Nullable Object[] primaryKey, Lsn lsn) {
    Bytes key = key(primaryKey);
    Stored before = read(key);
    if (before != null && Long.compareUnsigned(lsn.value(), before.lsn()) >= 0) {
      state.put(key, null);
      tell(primaryKey, before, -1);
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
            tell(primaryKey(entry, stored), stored, -1);
          }
        });
  }

  private static @Nullable Object[] primaryKey(State.Entry entry, Stored stored) {
    if (stored.row() != null) {
      return stored.row();
    }
    Decoder in = new Decoder(entry.value());
    in.number();
    in.read();
    in.text();
    return in.row((int) in.number());
  }

  /** Takes values the log left out from the row before; the first column without one, or -1. */
  private static int fill(@Nullable Object[] row, @Nullable Stored before) {
    for (int i = 0; i < row.length; i++) {
      if (row[i] == Unchanged.VALUE) {
        if (before == null || before.row() == null) {
          return i;
        }
        row[i] = before.row()[i];
      }
    }
    return -1;
  }

  private void replace(
      Bytes key, @Nullable Object[] primaryKey, @Nullable Stored before, Stored now) {
    boolean same =
        before != null && java.util.Arrays.equals(before.row(), now.row()) && now.row() != null;
    // The new row first: a group or a left join's partner never looks empty in between. Who looks
    // here meanwhile finds what was before a row comes, and what is after one went (see Side).
    if (!same) {
      tell(primaryKey, now, 1);
    }
    state.put(key, encode(primaryKey, now));
    if (!same && before != null) {
      tell(primaryKey, before, -1);
    }
  }

  private void tell(@Nullable Object[] primaryKey, Stored stored, long weight) {
    if (stored.row() != null) {
      above.push(stored.row(), weight);
    } else {
      errors.add(java.util.Arrays.copyOf(primaryKey, keyWidth), stored.error(), weight);
    }
  }

  private byte[] encode(@Nullable Object[] primaryKey, Stored stored) {
    Encoder out = new Encoder().number(stored.lsn());
    if (stored.row() != null) {
      return out.write(ROW).row(stored.row()).bytes();
    }
    return out.write(ERROR)
        .text(String.valueOf(stored.error()))
        .number(keyWidth)
        .row(java.util.Arrays.copyOf(primaryKey, keyWidth))
        .bytes();
  }

  @Override
  public @Nullable Object @Nullable [] find(byte[] primaryKey) {
    Stored stored = read(keys.begin().write(primaryKey).key());
    return stored == null ? null : stored.row();
  }

  private @Nullable Stored read(Bytes key) {
    byte[] stored = state.get(key);
    return stored == null ? null : decode(stored);
  }

  private Stored decode(byte[] stored) {
    Decoder in = new Decoder(stored);
    long lsn = in.number();
    return in.read() == ROW
        ? new Stored(lsn, in.row(columns.size()), null)
        : new Stored(lsn, null, in.text());
  }
}

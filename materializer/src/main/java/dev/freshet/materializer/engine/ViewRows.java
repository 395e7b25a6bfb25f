package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import dev.freshet.materializer.state.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** The top of the plan: what a batch comes to, one change per key of the view. */
final class ViewRows implements Output {

  private final State state;
  private final Bytes total;
  private final int[] keyColumns;
  private final Map<Bytes, Net> rows = new HashMap<>();

  private static final class Net {
    private final @Nullable Object[] row;
    private long weight;

    Net(@Nullable Object[] row) {
      this.row = row;
    }
  }

  ViewRows(State state, Stores stores, int[] keyColumns) {
    this.state = state;
    this.total = stores.next().begin().key();
    this.keyColumns = keyColumns;
  }

  @Override
  public void push(@Nullable Object[] row, long weight) {
    Bytes exact = new Encoder().row(row).key();
    rows.computeIfAbsent(exact, key -> new Net(row)).weight += weight;
  }

  /** The changes since the last call, in no order. */
  List<ViewChange> settle() {
    Map<Bytes, ViewChange> changes = new LinkedHashMap<>();
    long more = 0;
    for (Net net : rows.values()) {
      if (net.weight == 0) {
        continue;
      }
      more += net.weight;
      Encoder encoded = new Encoder();
      OrderedKey.append(encoded, net.row, keyColumns);
      ViewChange change = new ViewChange(keyOf(net.row), net.weight > 0 ? net.row : null);
      changes.merge(encoded.key(), change, (before, now) -> now.row() == null ? before : now);
    }
    rows.clear();
    if (more != 0) {
      state.put(total, new Encoder().number(count() + more).bytes());
    }
    return new ArrayList<>(changes.values());
  }

  private @Nullable Object[] keyOf(@Nullable Object[] row) {
    @Nullable Object[] key = new @Nullable Object[keyColumns.length];
    for (int i = 0; i < key.length; i++) {
      key[i] = row[keyColumns[i]];
    }
    return key;
  }

  /** The rows of a snapshot were counted by somebody else. */
  void seeded(long rows) {
    state.put(total, new Encoder().number(rows).bytes());
  }

  /** How many rows the view has. */
  long count() {
    byte[] stored = state.get(total);
    return stored == null ? 0 : new Decoder(stored).number();
  }
}

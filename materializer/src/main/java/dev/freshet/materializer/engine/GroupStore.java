package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Group key → {@link Group}. The groups a batch touches stay decoded until it ends. */
final class GroupStore {

  private final State state;
  private final Keys keys;
  private final int[] keyColumns;
  private final List<AggregateCall> calls;
  private final List<Keys> values;
  private final Map<Bytes, Group> touched = new LinkedHashMap<>();

  GroupStore(State state, Stores stores, int[] keyColumns, List<AggregateCall> calls) {
    this.state = state;
    this.keys = stores.next();
    this.keyColumns = keyColumns;
    this.calls = calls;
    this.values = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      values.add(stores.next());
    }
  }

  /** The numbers of the stores in which values of groups are. */
  List<Integer> valueStores() {
    return values.stream().map(Keys::store).toList();
  }

  /** The group of this row, new when there is none. */
  Group of(@Nullable Object[] row) {
    Bytes key = keys.of(row, keyColumns);
    Group group = touched.get(key);
    if (group == null) {
      group = load(key, row);
      touched.put(key, group);
    }
    return group;
  }

  private Group load(Bytes key, @Nullable Object[] row) {
    List<Accumulator> accumulators = new ArrayList<>(calls.size());
    for (int i = 0; i < calls.size(); i++) {
      accumulators.add(Accumulator.of(calls.get(i), new Multiset(state, group(i, key))));
    }
    boolean always = keyColumns.length == 0;
    byte[] stored = state.get(key);
    if (stored != null) {
      return Group.read(stored, keyColumns.length, accumulators, always);
    }
    @Nullable Object[] columns = new @Nullable Object[keyColumns.length];
    for (int i = 0; i < keyColumns.length; i++) {
      columns[i] = row[keyColumns[i]];
    }
    return new Group(columns, accumulators, always);
  }

  /** Where the values of a call in a group are kept: its own store number, the same group key. */
  private byte[] group(int call, Bytes key) {
    byte[] all = key.get().clone();
    byte[] prefix = values.get(call).begin().bytes();
    System.arraycopy(prefix, 0, all, 0, Keys.PREFIX);
    return all;
  }

  /** Whether a batch has ever left anything here. */
  boolean isNew() {
    Encoder begin = keys.begin();
    return touched.isEmpty() && state.get(begin.key()) == null;
  }

  /** Stores what the batch touched, and returns it. */
  List<Group> settle() {
    List<Group> settled = new ArrayList<>(touched.values());
    touched.forEach((key, group) -> state.put(key, group.isEmpty() ? null : group.write()));
    touched.clear();
    return settled;
  }
}

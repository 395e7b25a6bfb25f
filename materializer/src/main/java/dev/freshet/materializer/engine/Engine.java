package dev.freshet.materializer.engine;

import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.row.RowReader;
import dev.freshet.materializer.state.State;
import dev.freshet.materializer.state.WriteCache;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A view that follows its tables: row changes in, changes of view rows out.
 *
 * <p>After each {@link #settle} the view rows told so far are what the view's SELECT gives over the
 * changes applied so far: exactly, however the changes of different tables were interleaved, and
 * however often one came again. It is a function of the plan, the state and the changes; it has no
 * clock and no threads. Not thread-safe.
 *
 * <p>The theory is that of DBSP (Budiu et al., VLDB 2023): each operator maps a change of its input
 * to the change of its output.
 */
public final class Engine {

  private record Feed(TableStore rows, RowReader reader) {}

  private final WriteCache cache;
  private final ErrorSet errors;
  private final ViewRows view;
  private final List<Grouping> groupings;
  private final List<IndexedSide> indexes;
  private final Map<TableName, List<Feed>> feeds = new HashMap<>();

  /** A view with what it remembers; empty for a new one. */
  public Engine(ViewPlan plan, State state) {
    this.cache = new WriteCache(state);
    Stores stores = new Stores();
    this.errors = new ErrorSet(cache, stores);
    this.view = new ViewRows(cache, stores, Keys.array(plan.key()));
    Assembly assembly = new Assembly(cache, stores, errors);
    assembly.assemble(plan.root(), view);
    this.groupings = assembly.groupings;
    this.indexes = assembly.indexes;
    for (Assembly.Input input : assembly.inputs) {
      feeds
          .computeIfAbsent(input.source().table(), table -> new ArrayList<>())
          .add(new Feed(input.rows(), new RowReader(input.source())));
    }
  }

  /** Takes in a change; of a table the view does not read, nothing. */
  public void apply(RowChange change) {
    for (Feed feed : feeds.getOrDefault(change.source().table(), List.of())) {
      apply(feed, change);
    }
    indexes.forEach(IndexedSide::trim);
  }

  private static void apply(Feed feed, RowChange change) {
    Lsn lsn = change.source().lsn();
    Row after = change.after();
    if (change instanceof RowChange.Truncate) {
      feed.rows().clear(lsn);
      return;
    }
    if (after != null) {
      feed.rows().put(feed.reader().read(after), lsn);
    } else if (change.before() != null) {
      feed.rows().remove(feed.reader().key(change.before()), lsn);
    }
  }

  /** Ends a batch: what it changed of the view, one change per key, in no order. */
  public List<ViewChange> settle() {
    groupings.forEach(Grouping::settle);
    indexes.forEach(IndexedSide::drain);
    List<ViewChange> changes = view.settle();
    cache.flush();
    return changes;
  }

  /** How many rows the view has; as of the last {@link #settle}. */
  public long rows() {
    return view.count();
  }

  /** How many rows have no value, which puts the view into error. */
  public long errors() {
    return errors.size();
  }

  /** Some of them, as {@code division by zero in public.orders (id=7, ...)}. */
  public List<String> someErrors(int most) {
    return errors.some(most);
  }
}

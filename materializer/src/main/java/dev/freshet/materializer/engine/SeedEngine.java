package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.state.SeedState;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The state of a view over a snapshot, with which an {@link Engine} goes on.
 *
 * <p>Rows are only added to tables, and what joins look up is complete before what looks it up
 * comes. So most of the state is never read while it is made, and leaves at once; what stays on the
 * heap until the end are groups, the values of min, max and DISTINCT, and the looked-up sides of
 * joins. Not thread-safe.
 */
public final class SeedEngine {

  private final SeedState state;
  private final ErrorSet errors;
  private final ViewRows view;
  private final Assembly assembly;
  private long rows;
  private int settled;

  /**
   * The state of a new view.
   *
   * @param taker gets every entry once, in no order
   */
  public SeedEngine(ViewPlan plan, BiConsumer<Bytes, byte[]> taker) {
    this.state = new SeedState(taker);
    Stores stores = new Stores();
    this.errors = new ErrorSet(state, stores);
    this.view = new ViewRows(state, stores, Keys.array(plan.key()));
    this.assembly = new Assembly(state, stores, errors);
    assembly.assemble(plan.root(), (row, weight) -> rows += weight);
    assembly.indexes.forEach(IndexedSide::grow);
    state.kinds(assembly.writtenOnce(), assembly.ranged);
  }

  /** The sources, to be read one after the other. */
  public List<Source> sources() {
    return assembly.inputs.stream().map(Assembly.Input::source).toList();
  }

  /**
   * A row of the snapshot.
   *
   * @param source its place in {@link #sources()}
   */
  public void add(int source, @Nullable Object[] row) {
    assembly.inputs.get(source).rows().seed(row);
  }

  /** All rows of this source were added. */
  public void end(int source) {
    while (settled < assembly.groupings.size() && assembly.inputsBelow.get(settled) <= source + 1) {
      assembly.groupings.get(settled++).settle();
    }
  }

  /** All sources have ended: gives the rest of the state away. */
  public void finish() {
    view.seeded(rows);
    state.finish();
  }

  /** How many rows the view has. */
  public long rows() {
    return rows;
  }

  /** How many rows have no value; to be asked before {@link #finish}. */
  public long errors() {
    return errors.size();
  }

  /** Some of them; to be asked before {@link #finish}. */
  public List<String> someErrors(int most) {
    return errors.some(most);
  }
}

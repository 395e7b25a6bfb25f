package dev.freshet.materializer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.AggregateFunction;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.state.HeapState;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The traps of incremental views, one by one: each breaks an engine written the obvious way. */
class EngineTest {

  private static final Source SALES =
      Plans.table(
          "sales",
          new Column("id", PgType.INT8, false),
          new Column("shop", PgType.INT8, true),
          new Column("amount", PgType.NUMERIC, true),
          new Column("weight", PgType.FLOAT8, true),
          new Column("note", PgType.TEXT, true));
  private static final Source SHOPS =
      Plans.table(
          "shops", new Column("id", PgType.INT8, false), new Column("city", PgType.TEXT, true));

  private final HeapState state = new HeapState();
  private final TreeMap<String, String> view = new TreeMap<>();
  private Engine engine = new Engine(Plans.view(Plans.aggregate(SALES, List.of(1))), state);
  private long lsn;

  private void view(Aggregate root) {
    engine = new Engine(Plans.view(root), state);
  }

  private ChangeSource at(Source table, long position) {
    return new ChangeSource(table.table(), "", new Lsn(position), 1, 0);
  }

  private static Row row(Source table, @Nullable Object... values) {
    List<String> names = table.columns().stream().limit(values.length).map(Column::name).toList();
    return new Row(names, Arrays.stream(values).map(v -> v == null ? null : v.toString()).toList());
  }

  private void put(Source table, @Nullable Object... values) {
    engine.apply(new RowChange.Update(at(table, ++lsn), null, row(table, values)));
  }

  private void delete(Source table, long id) {
    engine.apply(new RowChange.Delete(at(table, ++lsn), row(table, id)));
  }

  private List<ViewChange> settle() {
    List<ViewChange> changes = engine.settle();
    for (ViewChange change : changes) {
      String key = Arrays.toString(change.key());
      if (change.row() == null) {
        view.remove(key);
      } else {
        view.put(key, Arrays.toString(change.row()));
      }
    }
    return changes;
  }

  @Test
  void theGreatestValueGoesAndTheNextOneComes() {
    view(
        Plans.aggregate(
            SALES,
            List.of(1),
            Plans.call(AggregateFunction.MIN, SALES, 2),
            Plans.call(AggregateFunction.MAX, SALES, 2)));
    put(SALES, 1, 7, "-5", null, null);
    put(SALES, 2, 7, "3", null, null);
    put(SALES, 3, 7, "20", null, null);
    settle();
    assertThat(view).containsValue("[7, -5, 20]");
    delete(SALES, 3);
    delete(SALES, 1);
    settle();
    assertThat(view).containsValue("[7, 3, 3]");
  }

  @Test
  void textIsOrderedByCodePointNotByUtf16Unit() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.MAX, SALES, 4)));
    put(SALES, 1, 7, null, null, "\uFFFD");
    put(SALES, 2, 7, null, null, "\uD83D\uDE00");
    settle();
    assertThat(view).containsValue("[7, \uD83D\uDE00]");
    delete(SALES, 2);
    settle();
    assertThat(view).containsValue("[7, \uFFFD]");
  }

  @Test
  void aSumShowsTheLargestScaleThatIsStillThere() {
    view(
        Plans.aggregate(
            SALES,
            List.of(1),
            Plans.call(AggregateFunction.SUM, SALES, 2),
            Plans.call(AggregateFunction.AVG, SALES, 2)));
    put(SALES, 1, 7, "1.5", null, null);
    put(SALES, 2, 7, "2.000", null, null);
    settle();
    assertThat(view).containsValue("[7, 3.500, 1.7500000000000000]");
    delete(SALES, 2);
    settle();
    assertThat(view).containsValue("[7, 1.5, 1.50000000000000000000]");
  }

  @Test
  void aHugeFloatThatIsTakenBackLeavesTheSmallOnes() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.SUM, SALES, 3)));
    put(SALES, 1, 7, null, "0.1", null);
    put(SALES, 2, 7, null, "1e17", null);
    put(SALES, 3, 7, null, "NaN", null);
    settle();
    assertThat(view).containsValue("[7, NaN]");
    delete(SALES, 3);
    delete(SALES, 2);
    settle();
    assertThat(view).containsValue("[7, 0.1]");
  }

  @Test
  void equalNumericsAreOneGroupThatShowsAScaleThatIsThere() {
    view(Plans.aggregate(SALES, List.of(2), Plans.call(AggregateFunction.COUNT, SALES, 0)));
    put(SALES, 1, 7, "1.0", null, null);
    put(SALES, 2, 7, "1.00", null, null);
    settle();
    assertThat(view.values()).containsExactly("[1.0, 2]");
    delete(SALES, 1);
    settle();
    assertThat(engine.rows()).isEqualTo(1);
    assertThat(view).containsValue("[1.00, 1]");
  }

  @Test
  void aGlobalAggregateHasARowBeforeAnythingHappened() {
    view(
        Plans.aggregate(
            SALES,
            List.of(),
            Plans.call(AggregateFunction.COUNT_ROWS, SALES, AggregateCall.NONE),
            Plans.call(AggregateFunction.SUM, SALES, 2)));
    settle();
    assertThat(view.values()).containsExactly("[0, null]");
    put(SALES, 1, 7, "4", null, null);
    settle();
    assertThat(view.values()).containsExactly("[1, 4]");
    engine.apply(new RowChange.Truncate(at(SALES, ++lsn)));
    settle();
    assertThat(view.values()).containsExactly("[0, null]");
    assertThat(settle()).isEmpty();
  }

  @Test
  void nullIsAGroupOfItsOwn() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.COUNT, SALES, 2)));
    put(SALES, 1, null, null, null, null);
    put(SALES, 2, null, "1", null, null);
    settle();
    assertThat(view.values()).containsExactly("[null, 1]");
  }

  @Test
  void anEventThatComesAgainOrTooLateChangesNothing() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.SUM, SALES, 2)));
    put(SALES, 1, 7, "1", null, null);
    put(SALES, 1, 8, "5", null, null);
    settle();
    engine.apply(new RowChange.Insert(at(SALES, 1), row(SALES, 1, 7, "1", null, null)));
    engine.apply(new RowChange.Update(at(SALES, 2), null, row(SALES, 1, 8, "5", null, null)));
    assertThat(settle()).isEmpty();
    assertThat(view.values()).containsExactly("[8, 5]");
  }

  @Test
  void aValueTheLogLeftOutComesFromTheRowBefore() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.MAX, SALES, 4)));
    put(SALES, 1, 7, "1", null, "long text");
    put(SALES, 1, 8, "1", null, Row.UNAVAILABLE);
    settle();
    assertThat(view.values()).containsExactly("[8, long text]");
    put(SALES, 2, 9, "1", null, Row.UNAVAILABLE);
    settle();
    assertThat(engine.someErrors(1).get(0)).contains("TOAST", "public.sales (id=2");
    delete(SALES, 2);
    settle();
    assertThat(engine.errors()).isZero();
  }

  @Test
  void aRowWhoseKeyChangesKeepsWhatTheLogLeftOut() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.MAX, SALES, 4)));
    put(SALES, 1, 7, "1", null, "long text");
    put(SALES, 2, 8, "1", null, "other text");
    settle();
    move(1, 3, 7, "2", null, Row.UNAVAILABLE);
    settle();
    assertThat(engine.someErrors(1)).isEmpty();
    assertThat(view.values()).containsExactlyInAnyOrder("[7, long text]", "[8, other text]");
    move(2, 1, 9, "2", null, Row.UNAVAILABLE); // onto the key that has become free
    move(1, 4, 9, "3", null, Row.UNAVAILABLE);
    settle();
    assertThat(view.values()).containsExactlyInAnyOrder("[7, long text]", "[9, other text]");
    delete(SALES, 4);
    put(SALES, 5, 9, "1", null, Row.UNAVAILABLE); // another row: nothing is known of it
    settle();
    assertThat(engine.errors()).isEqualTo(1);
  }

  private void move(long from, @Nullable Object... to) {
    delete(SALES, from);
    engine.apply(new RowChange.Insert(at(SALES, lsn), row(SALES, to)));
  }

  @Test
  void anErrorHealsThoughTheLogLeavesOutWhatDidNotChange() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.MAX, SALES, 4)));
    put(SALES, 1, 7, "NaN", null, "long text");
    settle();
    assertThat(engine.someErrors(1).get(0)).contains("NaN", "public.sales (id=1");
    put(SALES, 1, 8, Row.UNAVAILABLE, null, Row.UNAVAILABLE);
    settle();
    assertThat(engine.someErrors(1).get(0)).as("the value is still that one").contains("NaN");
    move(1, 2, 8, "NaN", null, Row.UNAVAILABLE);
    settle();
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.MAX, SALES, 4)));
    put(SALES, 2, 9, "3", null, Row.UNAVAILABLE);
    settle();
    assertThat(engine.errors()).isZero();
    assertThat(view.values()).containsExactly("[9, long text]");
    delete(SALES, 2);
    settle();
    assertThat(view).isEmpty();
  }

  @Test
  void aRowWithoutAValueIsAnErrorUntilItIsGone() {
    Project divided =
        new Project(
            SALES,
            List.of(
                Plans.column(SALES, 1),
                new Plans.Computed(
                    "1/$2",
                    PgType.NUMERIC,
                    row ->
                        row[2] == null
                            ? null
                            : dev.freshet.materializer.expression.Numerics.divide(
                                BigDecimal.ONE, (BigDecimal) row[2]))),
            List.of(new Column("shop", PgType.INT8, true), new Column("x", PgType.NUMERIC, true)));
    view(Plans.aggregate(divided, List.of(0), Plans.call(AggregateFunction.COUNT, divided, 1)));
    put(SALES, 1, 7, "2", null, null);
    put(SALES, 2, 7, "0", null, null);
    settle();
    assertThat(view.values()).containsExactly("[7, 1]");
    assertThat(engine.someErrors(5))
        .containsExactly(
            "division by zero in public.sales (id=2, shop=7, amount=0, weight=null, note=null)");
    put(SALES, 2, 7, "4", null, null);
    settle();
    assertThat(engine.errors()).isZero();
    assertThat(view.values()).containsExactly("[7, 2]");
  }

  @Test
  void anIntegerSumThatDoesNotFitIsAnErrorOfItsGroup() {
    Source small =
        Plans.table(
            "small", new Column("id", PgType.INT8, false), new Column("n", PgType.INT4, true));
    AggregateCall sum =
        new AggregateCall(
            AggregateFunction.SUM, false, 1, AggregateCall.NONE, PgType.INT4, PgType.INT8);
    view(Plans.aggregate(small, List.of(), sum));
    put(small, 1, Long.MAX_VALUE);
    put(small, 2, 1);
    settle();
    assertThat(view).isEmpty();
    assertThat(engine.someErrors(1).get(0)).startsWith("bigint out of range");
    delete(small, 2);
    settle();
    assertThat(view.values()).containsExactly("[" + Long.MAX_VALUE + "]");
    assertThat(engine.errors()).isZero();
  }

  @Test
  void aLeftJoinKeepsRowsWithoutAPartnerAndNeverShowsThemTwice() {
    Join join = new Join(SALES, SHOPS, List.of(1), List.of(0), Join.Kind.LEFT, null);
    view(Plans.aggregate(join, List.of(6), Plans.call(AggregateFunction.SUM, join, 2)));
    put(SALES, 1, 7, "1", null, null);
    put(SALES, 2, null, "10", null, null);
    settle();
    assertThat(view.values()).containsExactly("[null, 11]");
    put(SHOPS, 7, "Oslo");
    settle();
    assertThat(view.values()).containsExactlyInAnyOrder("[null, 10]", "[Oslo, 1]");
    put(SHOPS, 7, "Rome");
    settle();
    assertThat(view.values()).containsExactlyInAnyOrder("[null, 10]", "[Rome, 1]");
    delete(SHOPS, 7);
    settle();
    assertThat(view.values()).containsExactly("[null, 11]");
  }

  @Test
  void aTableJoinedWithItselfSeesEachChangeOnBothSides() {
    Join join = new Join(SALES, SALES, List.of(1), List.of(1), Join.Kind.INNER, null);
    view(
        Plans.aggregate(
            join, List.of(1), Plans.call(AggregateFunction.COUNT_ROWS, join, AggregateCall.NONE)));
    for (int i = 1; i <= 3; i++) {
      put(SALES, i, 7, "1", null, null);
    }
    settle();
    assertThat(view.values()).containsExactly("[7, 9]");
    delete(SALES, 2);
    settle();
    assertThat(view.values()).containsExactly("[7, 4]");
  }

  @Test
  void aBatchTellsAGroupOnceAndNotAtAllWhenItEndsAsItBegan() {
    view(Plans.aggregate(SALES, List.of(1), Plans.call(AggregateFunction.SUM, SALES, 2)));
    put(SALES, 1, 7, "1", null, null);
    for (int i = 2; i < 100; i++) {
      put(SALES, i, 7, "1", null, null);
    }
    assertThat(settle()).hasSize(1);
    put(SALES, 1, 8, "1", null, null);
    put(SALES, 1, 7, "1", null, null);
    assertThat(settle()).isEmpty();
  }
}

package dev.freshet.materializer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.RowChange;
import dev.freshet.materializer.expression.Order;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.state.HeapState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random plans over random histories: after every batch the engine's view is what a recomputation
 * from the tables gives; when every row is gone, so is the state.
 *
 * <p>Replay one: {@code -Dfuzz.seed=N}; run longer: {@code -Dfuzz.seconds=N}.
 */
class EngineFuzz {

  private static final int BATCHES = 12;

  @Test
  void theViewIsWhatARecomputationGives() {
    Long only = Long.getLong("fuzz.seed");
    if (only != null) {
      run(only);
      return;
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("fuzz.seconds", 2));
    long seed = Long.getLong("fuzz.first", 1);
    long runs = 0;
    while (System.nanoTime() - deadline < 0) {
      run(seed++);
      runs++;
    }
    assertThat(runs).as("random plans tried").isPositive();
    System.out.println("EngineFuzz: " + runs + " plans, 0 differences");
  }

  private static void run(long seed) {
    Random random = new Random(seed);
    ViewPlan plan = new RandomPlans(random).next();
    History history = new History(random, RandomPlans.FACTS, RandomPlans.THINGS);
    HeapState state = new HeapState();
    Engine engine = new Engine(plan, state);
    Map<Naive.Key, @Nullable Object[]> view = new HashMap<>();
    long seededAt = 0;
    try {
      if (random.nextBoolean()) {
        for (RowChange change : history.batch(random.nextInt(60))) {
          seededAt = Math.max(seededAt, change.source().lsn().value());
        }
        engine = seeded(plan, history, state, view);
      }
      for (int batch = 0; batch < BATCHES; batch++) {
        if (random.nextInt(3) == 0) {
          engine = new Engine(plan, state); // as after a restart
        }
        List<RowChange> changes =
            batch % 4 == 3 ? history.retractAll() : history.batch(random.nextInt(40));
        for (RowChange change : changes) {
          if (change.source().lsn().value() > seededAt) { // what the snapshot saw is skipped
            engine.apply(change);
          }
        }
        take(engine.settle(), view);
        compare(plan, history, engine, view);
        if (batch % 4 == 3) {
          assertThat(state.size()).as("entries left when every row is gone").isLessThan(12);
        }
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("-Dfuzz.seed=" + seed + "\n" + plan + e.getMessage(), e);
    }
  }

  /** The engine over the tables as they are now, seeded; their changes will come as well. */
  private static Engine seeded(
      ViewPlan plan, History history, HeapState state, Map<Naive.Key, @Nullable Object[]> view) {
    SeedEngine seed =
        new SeedEngine(
            plan,
            (key, value) -> {
              assertThat(state.get(key)).as("an entry comes once").isNull();
              state.put(key, value);
            });
    for (int i = 0; i < seed.sources().size(); i++) {
      Source source = seed.sources().get(i);
      for (Map<String, @Nullable Object> row :
          Objects.requireNonNull(history.tables().get(source.table()))) {
        seed.add(i, source.columns().stream().map(column -> row.get(column.name())).toArray());
      }
      seed.end(i);
    }
    seed.finish();
    for (@Nullable Object[] row : new Naive(history.tables()).rows(plan.root())) {
      view.put(Naive.Key.of(row, plan.key()), row);
    }
    Engine engine = new Engine(plan, state);
    assertThat(seed.rows()).isEqualTo(view.size());
    compare(plan, history, engine, view);
    return engine;
  }

  private static void take(List<ViewChange> changes, Map<Naive.Key, @Nullable Object[]> view) {
    for (ViewChange change : changes) {
      Naive.Key key = new Naive.Key(Arrays.asList(change.key()));
      if (change.row() == null) {
        assertThat(view.remove(key)).as("a row that goes was there: %s", key).isNotNull();
      } else {
        view.put(key, change.row());
      }
    }
  }

  private static void compare(
      ViewPlan plan, History history, Engine engine, Map<Naive.Key, @Nullable Object[]> view) {
    Naive naive = new Naive(history.tables());
    List<@Nullable Object[]> expected = naive.rows(plan.root());
    for (@Nullable Object[] row : expected) {
      @Nullable Object[] found = view.get(Naive.Key.of(row, plan.key()));
      assertThat(found).as("the row for %s", Arrays.toString(row)).isNotNull();
      boolean[] exact = Exactness.of(plan.root());
      for (int i = 0; i < row.length; i++) {
        boolean same =
            exact[i] ? java.util.Objects.equals(row[i], found[i]) : Order.same(row[i], found[i]);
        assertThat(same)
            .as("column %d: expected %s, found %s", i, Arrays.toString(row), Arrays.toString(found))
            .isTrue();
      }
    }
    assertThat(view).hasSize(expected.size());
    assertThat(engine.rows()).isEqualTo(expected.size());
    assertThat(engine.errors() > 0)
        .as("in error: %s", engine.someErrors(3))
        .isEqualTo(naive.errors > 0);
  }
}

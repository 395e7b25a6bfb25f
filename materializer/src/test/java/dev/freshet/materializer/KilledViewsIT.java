package dev.freshet.materializer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.materializer.view.View;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views whose process is killed between any two of its steps. */
class KilledViewsIT {

  @TempDir private static Path folder;
  private static EmbeddedStack stack;

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.builder().start();
  }

  @BeforeEach
  void makeTables() throws Exception {
    ViewBed.makeAccounts(stack);
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  /** Every place between two of: state, rows, offsets, Kafka's commit, table, Postgres's commit. */
  private static final List<String> PLACES =
      List.of(
          "before send state",
          "before send rows",
          "before send offsets",
          "before kafka commit",
          "after kafka commit",
          "before INSERT INTO \"public\".\"followed\"",
          "before commit of UPDATE freshet.views SET next_offset",
          "after commit of UPDATE freshet.views SET next_offset");

  @Test
  void killedAnywhereTheTableGoesOnAsIfNothingHadHappened() throws Exception {
    View view = ViewBed.view(stack, "followed", ViewBed.BY_REGION);
    try (ViewBed bed = new ViewBed(stack, "killed", folder.resolve("b"), List.of(view))) {
      bed.startViews();
      bed.awaitLive();
      bed.stopViews();
      int round = 0;
      for (String place : PLACES) {
        int now = ++round;
        bed.sql("update accounts set balance = balance + 1 where id < " + 10 * now);
        bed.startAndDie(
            new DyingProcess(step -> step.startsWith(place)),
            () -> {
              // The state is the seed's or a later one: only a change brings a commit.
              bed.sql("update accounts set branch = id % 20 where id % 7 = " + now % 7);
              return null;
            });
        bed.sql("delete from accounts where id = " + now);
        bed.startViews();
        bed.awaitLive();
        bed.awaitEqual(view);
        bed.stopViews();
      }
      assertThat(bed.known("followed").attempt()).as("seeded once").isEqualTo(1);
    }
  }

  /** Every place of a new seed and of the swap, in their order. */
  private static final List<String> SEED_PLACES =
      List.of(
          "before CREATE TABLE \"freshet\"",
          "before commit of SELECT",
          "after commit of SELECT",
          "after UPDATE freshet.views SET next_offset = ? WHERE",
          "before DELETE FROM \"public\".\"rebuilt\"",
          "before commit of UPDATE freshet.views SET view_id",
          "after commit of UPDATE freshet.views SET view_id");

  @Test
  void killedInARebuildTheTableHasTheOldRowsOrTheNewOnesAndThenTheRightOnes() throws Exception {
    View view = ViewBed.view(stack, "rebuilt", ViewBed.BY_REGION);
    try (ViewBed bed = new ViewBed(stack, "rebuilds", folder.resolve("c"), List.of(view))) {
      bed.startViews();
      bed.awaitLive();
      bed.stopViews();
      ViewRemoval views = new ViewRemoval(bed.database, bed.kafka, bed.topics);
      for (String place : SEED_PLACES) {
        bed.sql("update accounts set balance = balance - 1 where id % 3 = 0");
        assertThat(views.rebuild("rebuilt")).isTrue();
        bed.startAndDie(new DyingProcess(step -> step.startsWith(place)), () -> null);
        assertThat(bed.rows("select sum(accounts) from rebuilt")).containsExactly("1000");
      }
      bed.startViews();
      bed.awaitLive();
      bed.awaitEqual(view);
      bed.sql("update accounts set branch = 3 where id % 2 = 0");
      bed.awaitEqual(view);
      assertThat(bed.known("rebuilt").seed()).isEmpty();
      assertThat(bed.known("rebuilt").rebuild()).isFalse();

      bed.sql("delete from rebuilt", "insert into rebuilt values ('nowhere', 1, 1, 1)");
      assertThat(views.rebuild("rebuilt")).isTrue();
      bed.awaitEqual(view);
    }
  }
}

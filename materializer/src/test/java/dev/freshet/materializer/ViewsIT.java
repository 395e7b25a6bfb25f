package dev.freshet.materializer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import dev.freshet.ingest.SnapshotProgress;
import dev.freshet.materializer.view.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views over real services: seeded, followed, whole transactions only, stopped and gone on. */
class ViewsIT {

  /** Between two transactions, and between two looks: some hundred a second of each. */
  private static final long PACE_NANOS = 2_000_000;

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

  @Test
  void aViewIsItsSqlFromTheFirstRowOnThroughTransactionsAndKills() throws Exception {
    View view = ViewBed.view(stack, "by_region", ViewBed.BY_REGION);
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong torn = new AtomicLong();
    AtomicLong looks = new AtomicLong();
    // as a database leaves it that was thrown away: the next one's first seed has the same name
    Path leftOver = folder.resolve("a/it/it-view-by_region-" + view.plan().id() + "-1/leftover");
    Files.createDirectories(leftOver.getParent());
    Files.writeString(leftOver, "state of another time");
    try (ViewBed bed = new ViewBed(stack, "it", folder.resolve("a"), List.of(view))) {
      Thread writer = new Thread(() -> transfers(bed, done), "writer");
      writer.start(); // the seed is taken while transactions run
      bed.startViews();
      bed.awaitLive();
      assertThat(leftOver.getParent()).isNotEmptyDirectory();
      assertThat(leftOver).doesNotExist();
      Thread looker = new Thread(() -> look(bed, done, torn, looks), "looker");
      looker.start();
      ViewBed.until("some looks", () -> looks.get() > 100);
      bed.stopViews();
      bed.startViews();
      bed.awaitLive();
      long before = looks.get();
      ViewBed.until("some more looks", () -> looks.get() > before + 100);
      done.set(true);
      writer.join();
      looker.join();
      bed.awaitEqual(view);
      assertThat(torn).as("looks that saw half a transaction, of %s", looks).hasValue(0);

      bed.sql(
          "delete from accounts where id % 2 = 0",
          "update branches set region = null where id = 3");
      bed.sql("truncate branches");
      bed.awaitEqual(view);
      bed.sql("truncate accounts");
      bed.awaitEqual(view);
      assertThat(bed.known("by_region").rows()).isZero();
      assertThat(bed.known("by_region").attempt()).as("seeded once").isEqualTo(1);
    }
  }

  /** A row that a snapshot reads may be older than the change a view has seen already. */
  @Test
  void aSnapshotUnderChangesLeavesAViewAsItIs() throws Exception {
    View view = ViewBed.view(stack, "beside", ViewBed.BY_REGION);
    AtomicBoolean done = new AtomicBoolean();
    try (ViewBed bed = new ViewBed(stack, "beside", folder.resolve("s"), List.of(view))) {
      bed.startViews();
      bed.awaitLive();
      Thread writer = new Thread(() -> transfers(bed, done), "writer");
      writer.start();
      bed.snapshots()
          .begin(
              List.of(TableName.parse("public.accounts"), TableName.parse("public.branches")),
              Optional.empty());
      ViewBed.until(
          "the snapshot is complete",
          () -> bed.snapshots().progress().stream().anyMatch(SnapshotProgress::ended));
      done.set(true);
      writer.join();
      bed.sql("delete from accounts where id % 3 = 0");
      bed.awaitEqual(view);
    }
  }

  @Test
  void theOldViewGoesOnWhileTheChangedOneIsSeeded() throws Exception {
    View old = ViewBed.view(stack, "changed", ViewBed.BY_REGION);
    View changed =
        ViewBed.view(
            stack,
            "changed",
            "select a.branch, count(*) as n from accounts a join branches b on b.id = a.branch"
                + " group by a.branch");
    try (ViewBed bed = new ViewBed(stack, "changes", folder.resolve("d"), List.of(old))) {
      bed.startViews();
      bed.awaitLive();
      bed.stopViews();
      bed.change(
          new View(changed.plan(), changed.table(), List.of(TagTemplate.parse("region:{region}"))));
      assertThat(bed.end(bed.topics.invalidations())).isZero();
      try (Connection holding = bed.database.open();
          Statement statement = holding.createStatement()) {
        holding.setAutoCommit(false);
        statement.execute("select pg_current_xact_id()"); // no snapshot before it ends
        bed.startViews();
        bed.awaitLive();
        bed.sql("update branches set region = 'moved' where id = 1");
        bed.awaitEqual(old);
        ViewBed.until("its rows' tags are sent", () -> bed.end(bed.topics.invalidations()) > 0);
        assertThat(bed.known("changed").id()).isEqualTo(old.plan().id());
        holding.rollback();
      }
      ViewBed.until(
          "the new view is there", () -> bed.known("changed").id().equals(changed.plan().id()));
      bed.awaitEqual(changed);
      bed.sql(
          "delete from accounts where branch = 7", "update accounts set branch = 7 where id = 1");
      bed.awaitEqual(changed);
      assertThat(folder.resolve("d/changes/changes-view-changed-" + old.plan().id() + "-1"))
          .as("the old one's state")
          .doesNotExist();

      View sameColumns =
          ViewBed.view(stack, "changed", "select a.branch, a.id as n from accounts a");
      bed.stopViews();
      bed.change(sameColumns);
      bed.startViews();
      ViewBed.until(
          "rows with another key are there",
          () -> bed.known("changed").id().equals(sameColumns.plan().id()));
      bed.sql("update accounts set branch = null where id % 3 = 0");
      bed.awaitEqual(sameColumns);
    }
  }

  @Test
  void aLargeValueStaysWhenTheKeyOfItsRowChanges() throws Exception {
    ViewBed.run(
        stack,
        "drop table if exists notes",
        "create table notes (id bigint primary key, kind text, body text)",
        "alter table notes alter body set storage external", // never in line, never compressed
        "insert into notes select g, 'k' || g % 3, repeat(g::text || '-', 4000)"
            + " from generate_series(1, 9) g");
    View view =
        ViewBed.view(
            stack,
            "bodies",
            "select kind, count(*) as n, min(id) as first, max(body) as body from notes group by kind");
    try (ViewBed bed = new ViewBed(stack, "toast", folder.resolve("e"), List.of(view))) {
      bed.startViews();
      bed.awaitLive();
      for (String identity : List.of("default", "full")) {
        bed.sql("alter table notes replica identity " + identity);
        bed.sql("update notes set id = id + 100 where id % 2 = 0");
        bed.sql("update notes set id = -id", "update notes set kind = 'k9' where id % 5 = 0");
        bed.awaitEqual(view);
        assertThat(bed.known("bodies").errors()).as(identity).isZero();
      }
    }
  }

  @Test
  void timesAreRightFromTheBeginningOfTimeToItsEnd() throws Exception {
    ViewBed.run(
        stack,
        "drop table if exists times",
        "create table times (id bigint primary key, d date, ts timestamp, tz timestamptz)",
        times(0));
    View view = ViewBed.view(stack, "all_times", "select id, d, ts, tz from times");
    try (ViewBed bed = new ViewBed(stack, "times", folder.resolve("f"), List.of(view))) {
      bed.startViews();
      bed.awaitLive();
      bed.awaitEqual(view);
      assertThat(bed.committed("times-commits"))
          .as("positions are told to Kafka though nothing has changed")
          .containsKey(bed.topics.heartbeats());
      bed.sql(times(100));
      bed.awaitEqual(view);
      bed.sql("update times set ts = '294276-12-31' where id = 1");
      ViewBed.until("the row is in error", () -> bed.known("all_times").errors() == 1);
      bed.sql("update times set ts = 'infinity' where id = 1");
      bed.awaitEqual(view);
      assertThat(bed.known("all_times").errors()).isZero();
    }
  }

  private static String times(int from) {
    List<String> days =
        List.of(
            "infinity",
            "-infinity",
            "4713-01-01 BC",
            "0044-03-15 BC",
            "0001-12-31 BC",
            "0001-01-01",
            "1582-10-10",
            "1969-12-31",
            "9999-12-31",
            "10000-01-01",
            "294246-12-31");
    StringBuilder sql = new StringBuilder("insert into times values ");
    for (int i = 0; i < days.size(); i++) {
      String day = days.get(i);
      String time =
          day.endsWith("BC")
              ? day.replace(" BC", " 23:59:59.999999 BC")
              : day.endsWith("y") ? day : day + " 23:59:59.999999";
      sql.append(i == 0 ? "" : ", ")
          .append("(%d, '%s', '%s', '%s')".formatted(from + i, day, time, time));
    }
    return sql.append(", (%d, '5874897-12-31', null, null)".formatted(from + days.size()))
        .toString();
  }

  /** Money moves between accounts, and accounts between branches: no total changes. */
  private static void transfers(ViewBed bed, AtomicBoolean done) {
    Random random = new Random(7);
    try (Connection connection = bed.database.open();
        PreparedStatement add =
            connection.prepareStatement("update accounts set balance = balance + ? where id = ?");
        PreparedStatement move =
            connection.prepareStatement("update accounts set branch = ? where id = ?");
        PreparedStatement rename =
            connection.prepareStatement("update branches set region = ? where id = ?")) {
      connection.setAutoCommit(false);
      while (!done.get()) {
        int amount = random.nextInt(50);
        for (int sign = 1; sign >= -1; sign -= 2) {
          add.setInt(1, sign * amount);
          add.setLong(2, 1 + random.nextInt(1000));
          add.executeUpdate();
        }
        move.setLong(1, random.nextInt(25));
        move.setLong(2, 1 + random.nextInt(1000));
        move.executeUpdate();
        if (random.nextInt(10) == 0) {
          rename.setString(1, "r" + random.nextInt(7));
          rename.setLong(2, random.nextInt(20));
          rename.executeUpdate();
        }
        connection.commit();
        LockSupport.parkNanos(PACE_NANOS);
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void look(ViewBed bed, AtomicBoolean done, AtomicLong torn, AtomicLong looks) {
    while (!done.get()) {
      try {
        List<String> total = bed.rows("select sum(total), sum(accounts) from by_region");
        looks.incrementAndGet();
        if (!total.equals(List.of("100000.00 | 1000"))) {
          torn.incrementAndGet();
        }
        LockSupport.parkNanos(PACE_NANOS);
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

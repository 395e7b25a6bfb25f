package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.app.Pipeline;
import dev.freshet.embedded.EmbeddedStack;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of row change on every kind of rule: the right keys die, and the others stay. */
@Timeout(180)
class PipelineIT {

  private static final String RULES =
      """
      ingest: { heartbeat-interval: 100ms } # each test waits for a few
      invalidate:
        public.organizations: [ "org:{id}" ]
        public.facilities:
          tags: [ "facility:{id}", "org:{organization_id}" ]
          delete: [ "cache:org:{organization_id}:summary" ]
          tag-set: [ "tag:org:{organization_id}" ]
          unless-only: [ updated_at ]
        public.readings: [ "reading:{id}" ]
        public.targets:
          tags: [ "target:{id}" ]
          when: { status: [ active ] }
        public.documents: [ "document:{slug}" ]
      views:
        per_org:
          sql: select organization_id, count(*) as facilities from facilities group by organization_id
          tags: [ "per-org:{organization_id}" ]
      refresh: { views: [ public.mv_all, public.mv_per_org ], quiet: 20ms, min-interval: 50ms }
      """;

  @TempDir static Path folder;

  private static EmbeddedStack stack;
  private static Shop shop;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws Exception {
    stack = EmbeddedStack.builder().start();
    shop = new Shop(stack, folder, Shop.KAFKA + RULES);
    shop.sql(
        "CREATE TABLE organizations (id int PRIMARY KEY, name text)",
        "CREATE TABLE facilities (id int PRIMARY KEY, organization_id int, name text,"
            + " updated_at timestamptz)",
        "CREATE TABLE readings (id int PRIMARY KEY, kilograms numeric)",
        "CREATE TABLE targets (id int PRIMARY KEY, status text, kilograms numeric)",
        "CREATE TABLE documents (id int PRIMARY KEY, slug text, body text, views int)",
        "ALTER TABLE facilities REPLICA IDENTITY FULL",
        "ALTER TABLE targets REPLICA IDENTITY FULL",
        "ALTER TABLE documents REPLICA IDENTITY FULL",
        "CREATE VIEW readable AS SELECT organization_id, name FROM facilities",
        "CREATE MATERIALIZED VIEW mv_per_org AS SELECT organization_id, count(*) AS n"
            + " FROM readable GROUP BY organization_id",
        "CREATE UNIQUE INDEX ON mv_per_org (organization_id)",
        "CREATE MATERIALIZED VIEW mv_all AS SELECT sum(n) AS n FROM mv_per_org",
        "INSERT INTO organizations SELECT i, 'org' FROM generate_series(1, 20) i");
    pipeline = shop.start();
  }

  @AfterAll
  static void stop() {
    shop.close();
    stack.close();
  }

  @Test
  void anInsertDeletesWhatCarriesAnyOfItsTags() throws Exception {
    shop.fill("insert/org", "org:1");
    shop.fill("insert/facility", "facility:101");
    shop.fill("insert/both", "org:1", "facility:101");
    shop.fill("insert/other", "org:2", "facility:102");
    shop.sql("INSERT INTO facilities VALUES (101, 1, 'new')");
    shop.awaitGone("insert/org");
    shop.awaitGone("insert/facility");
    shop.awaitGone("insert/both");
    assertStays("insert/other");
  }

  @Test
  void aRowThatMovesDeletesWhatItLeftAndWhereItCame() throws Exception {
    shop.sql("INSERT INTO facilities VALUES (201, 3, 'moving')");
    shop.awaitApplied();
    shop.fill("move/from", "org:3");
    shop.fill("move/to", "org:4");
    shop.fill("move/other", "org:5");
    shop.sql("UPDATE facilities SET organization_id = 4 WHERE id = 201");
    shop.awaitGone("move/from");
    shop.awaitGone("move/to");
    assertStays("move/other");
    assertThat(shop.why("shop:{0}:entry:move/from"))
        .contains("row    public.facilities id=201 (update, LSN ")
        .contains("tags   facility:201, org:3, org:4");
    assertThat(shop.why("--tag", "org:4")).contains("public.facilities id=201");
    assertThat(shop.freshet("why", "shop:{0}:entry:move/other").code()).isEqualTo(1);
  }

  @Test
  void whyNamesTheTransactionThatKeepsAnEntryFromBeingStored() throws Exception {
    shop.sql("INSERT INTO organizations VALUES (901, 'held')");
    shop.awaitApplied();
    shop.fill("held/org", "org:901");
    try (Connection holder = shop.connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("SET application_name = 'slow import'");
      statement.execute("UPDATE organizations SET name = 'x' WHERE id = 20");
      shop.sql("UPDATE organizations SET name = 'y' WHERE id = 901");
      shop.awaitGone("held/org");
      assertThat(shop.why("held/org"))
          .contains("now    not in the cache")
          .contains("refused from a standby: transaction ")
          .contains("slow import, idle in transaction")
          .contains("UPDATE organizations SET name = 'x' WHERE id = 20");
      holder.rollback();
    }
    assertThat(shop.why("--tag", "org:901")).contains("fills  stored");
  }

  @Test
  void aDeleteDeletesWhatTheRowWasIn() throws Exception {
    shop.sql("INSERT INTO facilities VALUES (301, 6, 'closing'), (302, 7, 'open')");
    shop.awaitApplied();
    shop.fill("delete/org", "org:6");
    shop.fill("delete/other", "org:7");
    shop.sql("DELETE FROM facilities WHERE id = 301");
    shop.awaitGone("delete/org");
    assertStays("delete/other");
  }

  @Test
  void aNewPrimaryKeyDeletesTheOldOnesEntriesToo() throws Exception {
    shop.sql("INSERT INTO organizations VALUES (801, 'renumbered')");
    shop.awaitApplied();
    shop.fill("key/old", "org:801");
    shop.fill("key/new", "org:802");
    shop.fill("key/other", "org:803");
    shop.sql("UPDATE organizations SET id = 802 WHERE id = 801");
    shop.awaitGone("key/old");
    shop.awaitGone("key/new");
    assertStays("key/other");
  }

  @Test
  void aTruncateDeletesWhatCarriesTheTablesTag() throws Exception {
    shop.sql("INSERT INTO readings VALUES (1, 5)");
    shop.awaitApplied();
    shop.fill("truncate/readings", "table:public.readings");
    shop.fill("truncate/other", "table:public.organizations");
    shop.sql("TRUNCATE readings");
    shop.awaitGone("truncate/readings");
    assertStays("truncate/other");
    assertThat(shop.why("--tag", "table:public.readings")).contains("truncate");
  }

  @Test
  void whatTheLogLeavesOutBecauseItDidNotChangeIsTakenFromTheOldRow() throws Exception {
    // Both long columns are stored out of line, so that an update of another column omits them.
    shop.sql(
        "ALTER TABLE documents SET (toast_tuple_target = 128)",
        "ALTER TABLE documents ALTER slug SET STORAGE EXTERNAL, ALTER body SET STORAGE EXTERNAL",
        "INSERT INTO documents VALUES (1, repeat('s', 400), repeat('b', 4000), 0)");
    shop.awaitApplied();
    String tag = "document:" + "s".repeat(400);
    shop.fill("toast/document", tag);
    shop.fill("toast/other", "document:other");
    shop.sql("UPDATE documents SET views = 1 WHERE id = 1");
    shop.awaitGone("toast/document");
    assertStays("toast/other");
    assertThat(shop.why("--tag", tag)).contains("update");
    assertThat(tailTo("public.documents id=1 (update")).doesNotContain("unavailable");
  }

  @Test
  void onlyRowsThatMeetTheConditionCountAndThoseThatDidBefore() throws Exception {
    shop.sql("INSERT INTO targets VALUES (1, 'draft', 1), (2, 'active', 1), (3, 'active', 1)");
    shop.awaitApplied();
    shop.fill("when/draft", "target:1");
    shop.fill("when/active", "target:2");
    shop.fill("when/retired", "target:3");
    shop.sql(
        "UPDATE targets SET kilograms = 2 WHERE id IN (1, 2)",
        "UPDATE targets SET status = 'retired' WHERE id = 3");
    shop.awaitGone("when/active");
    shop.awaitGone("when/retired");
    assertStays("when/draft");
  }

  @Test
  void aChangeOfMinorColumnsAloneIsNone() throws Exception {
    shop.sql("INSERT INTO facilities VALUES (401, 8, 'a', now()), (402, 9, 'b', now())");
    shop.awaitApplied();
    shop.fill("minor/only", "facility:401");
    shop.fill("minor/and-more", "facility:402");
    shop.sql(
        "UPDATE facilities SET updated_at = now() + interval '1 s' WHERE id = 401",
        "UPDATE facilities SET updated_at = now() + interval '1 s', name = 'c' WHERE id = 402");
    shop.awaitGone("minor/and-more");
    assertStays("minor/only");
  }

  @Test
  void keysAndTagSetsOfAnotherCacheAreDeletedToo() throws Exception {
    shop.redis().set("cache:org:11:summary", "theirs");
    shop.redis().set("cache:org:12:summary", "theirs");
    shop.redis().set("page:a", "theirs");
    shop.redis().set("page:b", "theirs");
    shop.redis().set("page:c", "theirs");
    shop.redis().sadd("tag:org:11", "page:a", "page:b");
    shop.redis().sadd("tag:org:12", "page:c");
    shop.sql("INSERT INTO facilities VALUES (501, 11, 'new')");
    Wait.until(
        "foreign keys are deleted",
        () -> shop.redis().exists("cache:org:11:summary", "page:a", "page:b") == 0);
    shop.awaitApplied();
    assertThat(shop.redis().exists("cache:org:12:summary", "page:c")).isEqualTo(2);
    assertThat(shop.why("cache:org:11:summary")).contains("public.facilities id=501 (insert");
  }

  @Test
  void aTransactionOverSeveralTablesDeletesWhatAnyOfThemTouched() throws Exception {
    shop.fill("several/org", "org:13");
    shop.fill("several/reading", "reading:13");
    shop.fill("several/other", "org:14", "reading:14");
    shop.sql(
        "BEGIN; UPDATE organizations SET name = 'x' WHERE id = 13;"
            + " INSERT INTO readings VALUES (13, 1); COMMIT");
    shop.awaitGone("several/org");
    shop.awaitGone("several/reading");
    assertStays("several/other");
    assertThat(tailTo("public.organizations id=13 (update")).contains("tags org:13");
  }

  @Test
  void aPageMadeFromAViewDiesOnceTheViewsTableShowsTheChangeAndNotBefore() throws Exception {
    shop.fill("view/new", "per-org:31");
    shop.sql("INSERT INTO facilities VALUES (601, 31, 'first'), (602, 32, 'other')");
    shop.awaitGone("view/new");
    assertThat(facilities(31)).isEqualTo(1);
    shop.fill("view/org", "per-org:31");
    shop.fill("view/other", "per-org:32");
    shop.fill("view/facility", "facility:603");
    try (Connection holder = shop.connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE per_org IN SHARE MODE"); // readers go on, the sink waits
      shop.sql("INSERT INTO facilities VALUES (603, 31, 'second')");
      shop.awaitGone("view/facility");
      assertStays("view/org");
      assertThat(facilities(31)).isEqualTo(1);
      holder.rollback();
    }
    shop.awaitGone("view/org");
    assertThat(facilities(31)).isEqualTo(2);
    assertStays("view/other");
  }

  @Test
  void aMaterializedViewOverAViewIsRefreshedAndItsReadersDoNotWait() throws Exception {
    int before = number("SELECT coalesce(max(n), 0) FROM mv_all");
    try (Connection reader = shop.connect();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("SELECT * FROM mv_per_org"); // a REFRESH that is not concurrent would wait
      shop.sql("INSERT INTO facilities VALUES (701, 41, 'a'), (702, 41, 'b')");
      Wait.until(
          "the view shows both",
          () ->
              number("SELECT coalesce(max(n), 0) FROM mv_per_org WHERE organization_id = 41") == 2);
    }
    Wait.until("the view over it, too", () -> number("SELECT max(n) FROM mv_all") >= before + 2);
  }

  @Test
  void whatARolledBackTransactionTouchedStays() throws Exception {
    shop.fill("rollback/org", "org:15");
    shop.sql("BEGIN; UPDATE organizations SET name = 'x' WHERE id = 15; ROLLBACK");
    assertStays("rollback/org");
  }

  @Test
  void whatCommitsWhileNothingRunsIsDeletedAtTheNextStart() throws Exception {
    List<String> keys = List.of("away/1", "away/2");
    shop.fill("away/1", "org:16");
    shop.fill("away/2", "org:17");
    shop.fill("away/other", "org:18");
    pipeline.close();
    shop.sql("UPDATE organizations SET name = 'while away' WHERE id IN (16, 17)");
    assertThat(keys).allMatch(shop::holds);
    pipeline = shop.start();
    keys.forEach(shop::awaitGone);
    assertStays("away/other");
  }

  /** How many facilities the view says an organization has. */
  private static int facilities(int organization) throws Exception {
    return number("SELECT facilities FROM per_org WHERE organization_id = " + organization);
  }

  private static int number(String query) throws Exception {
    try (Connection connection = shop.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /** Once everything committed so far has been applied, it is still there. */
  private static void assertStays(String key) throws Exception {
    shop.awaitApplied();
    assertThat(shop.holds(key)).as(key).isTrue();
  }

  /** What {@code tail} prints up to the line about this row. */
  private static String tailTo(String row) throws Exception {
    shop.awaitApplied();
    return shop.freshetUntil(row, "tail", "--since", "10m").out();
  }
}

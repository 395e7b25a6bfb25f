package dev.freshet.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.cache.Fence;
import dev.freshet.cache.Filled;
import dev.freshet.embedded.EmbeddedStack;
import dev.freshet.embedded.EmbeddedStandby;
import dev.freshet.embedded.PostgresAddress;
import dev.freshet.embedded.ServerSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cache is filled from a streaming standby that is behind its primary. */
@Timeout(180)
class ReadReplicaIT {

  private static final String RULES =
      """
      ingest: { heartbeat-interval: 100ms } # each test waits for a few
      invalidate:
        public.items: [ "item:{id}" ]
      """;

  @TempDir static Path folder;

  private static EmbeddedStack stack;
  private static EmbeddedStandby standby;
  private static Shop shop;

  @BeforeAll
  static void start() throws Exception {
    stack = EmbeddedStack.builder().start();
    shop = new Shop(stack, folder, Shop.KAFKA + RULES);
    shop.sql(
        "CREATE TABLE items (id int PRIMARY KEY, version int NOT NULL)",
        "INSERT INTO items SELECT i, 0 FROM generate_series(1, 20) i");
    shop.start();
    standby =
        new EmbeddedStandby(ServerSpec.in(stack.dataFolder(), "standby"), stack.postgresServer());
    standby.start();
  }

  @AfterAll
  static void stop() {
    shop.close();
    standby.close();
    stack.close();
  }

  @AfterEach
  void replay() {
    standby.resumeReplay();
  }

  @Test
  void whatTheStandbyHasNotReplayedIsRefusedUntilItHas() throws Exception {
    load(1, standby.address()).awaitStored();
    standby.awaitCaughtUp();
    standby.pauseReplay();
    shop.sql("UPDATE items SET version = 1 WHERE id = 1");
    shop.awaitGone(key(1));
    shop.awaitApplied();

    Load late = load(1, standby.address());
    assertThat(late.value()).isEqualTo("0");
    assertThat(late.fence().unfinished()).isEmpty();
    assertThat(late.fill()).isInstanceOf(Filled.RefusedByMark.class);
    // What did not change is as true there as on the primary.
    assertThat(load(2, standby.address()).fill()).isInstanceOf(Filled.Stored.class);

    standby.resumeReplay();
    standby.awaitCaughtUp();
    assertThat(load(1, standby.address()).awaitStored().value()).isEqualTo("1");
    assertThat(shop.cache().get(key(1))).contains("1");
  }

  /** Why {@link Fence#of} wants the connection that loads: any other server has seen more. */
  @Test
  void theFenceOfThePrimarySaysNothingAboutALoadFromTheStandby() throws Exception {
    standby.awaitCaughtUp();
    standby.pauseReplay();
    shop.sql("UPDATE items SET version = 1 WHERE id = 3");
    shop.awaitApplied();

    Fence primary = load(3, stack.postgres()).fence();
    Load late = load(3, standby.address());
    assertThat(late.value()).isEqualTo("0");
    assertThat(late.fill()).isInstanceOf(Filled.Refused.class);
    assertThat(late.with(Fence.min(primary, late.fence())).fill())
        .isInstanceOf(Filled.Refused.class);
    assertThat(late.with(primary).fill()).isInstanceOf(Filled.Stored.class);
    assertThat(shop.cache().get(key(3))).contains("0"); // stale, and nothing will come to delete it
  }

  /** A standby's snapshot does not list who is under way, so there only the oldest counts. */
  @Test
  void aLongTransactionHoldsBackLoadsFromTheStandbyButNotFromThePrimary() throws Exception {
    try (Connection writer = shop.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE items SET version = 1 WHERE id = 4");
      shop.sql("UPDATE items SET version = 1 WHERE id = 5");
      shop.awaitApplied();
      standby.awaitCaughtUp();

      Load there = load(5, standby.address());
      assertThat(there.value()).isEqualTo("1");
      assertThat(there.fence().unfinished()).isEmpty();
      assertThat(there.fill()).isInstanceOf(Filled.RefusedByMark.class);
      Load here = load(5, stack.postgres());
      assertThat(here.fence().unfinished()).isNotEmpty();
      assertThat(here.awaitStored().value()).isEqualTo("1");
      writer.commit();
    }
    shop.sql("UPDATE items SET version = 2 WHERE id = 5");
    shop.awaitGone(key(5));
    standby.awaitCaughtUp();
    assertThat(load(5, standby.address()).awaitStored().value()).isEqualTo("2");
  }

  private static String key(int id) {
    return "item-page:" + id;
  }

  private static Load load(int id, PostgresAddress from) throws SQLException {
    String incarnation = shop.cache().incarnation(key(id));
    try (Connection connection =
        DriverManager.getConnection(from.jdbcUrl(), from.user(), from.password())) {
      Fence fence = Fence.of(connection);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT version FROM items WHERE id = " + id)) {
        row.next();
        return new Load(id, from, incarnation, fence, row.getString(1));
      }
    }
  }

  /** What one reader read, and may store. */
  private record Load(int id, PostgresAddress from, String incarnation, Fence fence, String value) {

    Load with(Fence other) {
      return new Load(id, from, incarnation, other, value);
    }

    Filled fill() {
      return shop.cache()
          .fill(key(id), value, List.of("item:" + id), incarnation, fence, Duration.ofHours(1));
    }

    /** Loads again while it is refused, as the heartbeats' own transactions may cause it to be. */
    Load awaitStored() {
      Load[] stored = {this};
      Wait.until(
          "a load from " + from + " is stored",
          () -> {
            stored[0] = load(id, from);
            return stored[0].fill() instanceof Filled.Stored;
          });
      return stored[0];
    }
  }
}

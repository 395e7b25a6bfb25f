package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.runtime.CheckResult;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether a database can be captured: the server, the role, each table, publication and slot. */
public final class PostgresCheck {

  private PostgresCheck() {}

  /**
   * Looks, and changes nothing.
   *
   * @param columnsBefore per table, the columns whose values <em>before</em> a change are needed
   * @return at least one result; failures say what to do, with the exact SQL
   */
  public static List<CheckResult> run(
      IngestConfig config,
      PostgresConnection postgres,
      Topics topics,
      Map<TableName, Set<String>> columnsBefore) {
    try (Connection connection = Database.open(postgres)) {
      List<CheckResult> results = new ArrayList<>();
      results.add(CheckResult.ok("postgres.connection", postgres.toString()));
      results.addAll(database(connection, config, topics, columnsBefore));
      for (OwnTable own : OwnTable.of(config, topics)) {
        results.add(own.check(connection));
      }
      results.add(
          PublicationCheck.check(
              connection, config, topics, OwnTable.with(config, topics, columnsBefore.keySet())));
      results.addAll(SlotCheck.check(connection, config.slotIn(topics)));
      return List.copyOf(results);
    } catch (SQLException e) {
      FreshetException answer = Database.unreachable(postgres, e);
      return List.of(CheckResult.fail("postgres.connection", answer.detail(), answer.hint()));
    }
  }

  /** What must hold before the publication is touched. */
  static List<CheckResult> database(
      Connection connection,
      IngestConfig config,
      Topics topics,
      Map<TableName, Set<String>> columnsBefore)
      throws SQLException {
    List<CheckResult> results = new ArrayList<>();
    results.addAll(ServerCheck.check(connection, config.slotIn(topics)));
    results.addAll(TableCheck.check(connection, columnsBefore));
    return results;
  }

  /**
   * @throws FreshetException naming every failure at once
   */
  static void require(Collection<CheckResult> results) {
    List<CheckResult> failures =
        results.stream().filter(r -> r.outcome() == CheckResult.Outcome.FAIL).toList();
    if (!failures.isEmpty()) {
      throw FreshetException.unfit(
          "Postgres is not set up for capture",
          failures.stream()
              .map(failure -> failure.subject() + ": " + failure.detail())
              .collect(Collectors.joining("\n")),
          failures.stream()
              .map(CheckResult::hint)
              .filter(hint -> !hint.isEmpty())
              .distinct()
              .collect(Collectors.joining("\n")));
    }
  }
}

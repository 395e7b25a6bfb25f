package dev.freshet.endtoend.consistency;

import io.lettuce.core.RedisException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** An application: reads through the cache, loads what is missing, and dawdles. For one thread. */
final class Loader implements Runnable {

  private static final int TYPICAL_PAUSE_MILLIS = 4;
  private static final int TYPICAL_STEP_MILLIS = 6;
  private static final int SLOW_STEP_MILLIS = 120;
  private static final Duration LONG_LIFE = Duration.ofMinutes(5);
  private static final int SHORT_LIFE_MILLIS = 300;
  private static final int PADDING_FOR_EVICTION = 60_000;

  private final Run run;
  private final Database database;
  private final Variant.Cache cache;
  private final Subjects subjects;
  private final String name;
  private final SplittableRandom random;

  Loader(Run run, Database database, Variant.Cache cache, Subjects subjects, String name) {
    this.run = run;
    this.database = database;
    this.cache = cache;
    this.subjects = subjects;
    this.name = name;
    this.random = run.plan().random(name);
  }

  /** What is decided about a load before it begins. */
  private record Steps(
      long pause,
      long begin,
      long fence,
      long read,
      long fill,
      long again,
      boolean standby,
      boolean oneSnapshot,
      Duration timeToLive) {

    static Steps draw(SplittableRandom random) {
      int typical = random.nextInt(15) == 0 ? SLOW_STEP_MILLIS : TYPICAL_STEP_MILLIS;
      return new Steps(
          Pause.drawNanos(random, TYPICAL_PAUSE_MILLIS),
          Pause.drawNanos(random, typical) / 2,
          Pause.drawNanos(random, typical),
          Pause.drawNanos(random, typical) / 2,
          Pause.drawNanos(random, typical),
          Pause.drawNanos(random, TYPICAL_STEP_MILLIS),
          random.nextInt(3) == 0,
          random.nextInt(3) == 0,
          random.nextInt(5) == 0
              ? Duration.ofMillis(1 + random.nextInt(SHORT_LIFE_MILLIS))
              : LONG_LIFE);
    }
  }

  @Override
  public void run() {
    try (Connection primary = database.connect();
        Connection standby = database.connectToStandby()) {
      while (run.lasts()) {
        Subject subject = subjects.draw(random);
        Steps steps = Steps.draw(random);
        Pause.forNanos(steps.pause());
        try {
          once(subject, steps, steps.standby() ? standby : primary);
        } catch (RedisException e) {
          run.tally().count("client_errors");
          Pause.forMillis(2);
        }
      }
    } catch (SQLException | RuntimeException e) {
      run.fail(e);
    }
  }

  private void once(Subject subject, Steps steps, Connection connection) throws SQLException {
    Judge.Bound bound = run.judge().bound(subject);
    Optional<String> hit = cache.get(subject);
    if (hit.isPresent()) {
      run.judge(name, subject, bound, hit.get());
      return;
    }
    Variant.Attempt attempt = cache.begin(subject);
    note(subject, "begins to load " + subject.key());
    Pause.forNanos(steps.begin());
    List<Long> versions = load(subject, steps, connection, attempt);
    Pause.forNanos(steps.fill());
    int padding = run.plan().has(Fault.EVICTION) ? PADDING_FOR_EVICTION : 0;
    String answer = attempt.fill(subject.value(versions, padding), steps.timeToLive());
    note(subject, "fill of " + subject.key() + " = " + versions + ": " + answer);
    count(answer);
    if (answer.equals(Variant.STORED)) {
      lookAgain(subject, steps.again());
    }
  }

  /** What was stored wrongly is wrong at once. */
  private void lookAgain(Subject subject, long pause) {
    for (long wait : new long[] {0, pause}) {
      Pause.forNanos(wait);
      Judge.Bound bound = run.judge().bound(subject);
      cache.get(subject).ifPresent(value -> run.judge(name, subject, bound, value));
    }
  }

  private void count(String answer) {
    if (answer.equals(Variant.STORED)) {
      run.tally().count("fills");
    } else {
      run.tally().count("refused");
      run.tally().count("refused_" + answer);
    }
  }

  private List<Long> load(
      Subject subject, Steps steps, Connection connection, Variant.Attempt attempt)
      throws SQLException {
    if (!steps.oneSnapshot()) {
      return read(subject, steps, connection, attempt);
    }
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      List<Long> versions = read(subject, steps, connection, attempt);
      connection.commit();
      return versions;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private List<Long> read(
      Subject subject, Steps steps, Connection connection, Variant.Attempt attempt)
      throws SQLException {
    attempt.fence(connection);
    note(subject, "fence: " + attempt.told() + (steps.standby() ? ", on the standby" : ""));
    Pause.forNanos(steps.fence());
    List<Long> versions = new ArrayList<>();
    for (int row : subject.rows()) {
      if (!versions.isEmpty()) {
        Pause.forNanos(steps.read());
      }
      versions.add(version(connection, run.lane(), row));
    }
    note(subject, "read " + subject.rows() + " = " + versions);
    return versions;
  }

  /** The version of a row. */
  static long version(Connection connection, int lane, int row) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT version FROM " + Rows.table(lane) + " WHERE id = ?")) {
      select.setInt(1, row);
      try (ResultSet found = select.executeQuery()) {
        found.next();
        return found.getLong(1);
      }
    }
  }

  private void note(Subject subject, String what) {
    run.history().add(name, subject.mask(), what);
  }
}

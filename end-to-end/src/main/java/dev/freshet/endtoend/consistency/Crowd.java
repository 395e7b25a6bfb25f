package dev.freshet.endtoend.consistency;

import io.lettuce.core.RedisException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** A loader of many entries under one tag, all with one fence. For one thread. */
final class Crowd implements Runnable {

  private static final int TYPICAL_PAUSE_MILLIS = 150;

  /** More than one call of the sink's script deletes. */
  private static final int MANY = 1000;

  private static final Duration LIFE = Duration.ofMinutes(5);

  private final Run run;
  private final Database database;
  private final Variant.Cache cache;
  private final Subjects subjects;
  private final SplittableRandom random;

  Crowd(Run run, Database database, Variant.Cache cache, Subjects subjects) {
    this.run = run;
    this.database = database;
    this.cache = cache;
    this.subjects = subjects;
    this.random = run.plan().random("crowd");
  }

  @Override
  public void run() {
    try (Connection connection = database.connect()) {
      while (run.lasts()) {
        Pause.forNanos(Pause.drawNanos(random, TYPICAL_PAUSE_MILLIS));
        try {
          fillAll(connection);
        } catch (RedisException e) {
          run.tally().count("client_errors");
          Pause.forMillis(2);
        }
      }
    } catch (SQLException | RuntimeException e) {
      run.fail(e);
    }
  }

  private void fillAll(Connection connection) throws SQLException {
    Variant.Attempt first = cache.begin(subjects.crowd().get(0));
    first.fence(connection);
    long version = Loader.version(connection, run.lane(), Rows.CROWD);
    run.history().add("crowd", 1L << Rows.CROWD, "read " + version + " at " + first.told());
    int stored = 0;
    String value = subjects.crowd().get(0).value(List.of(version), 0);
    for (Subject subject : subjects.crowd()) {
      if (!run.lasts()) {
        break;
      }
      String answer = first.with(subject).fill(value, LIFE);
      if (!answer.equals(Variant.STORED)) {
        run.tally().count("refused");
        run.tally().count("refused_" + answer);
        run.history().add("crowd", 1L << Rows.CROWD, "refused: " + answer);
        break;
      }
      stored++;
    }
    run.tally().add("fills", stored);
    run.history().add("crowd", 1L << Rows.CROWD, "stored " + stored + " = " + version);
    if (stored > MANY) {
      run.tally().count(Fault.HUGE_TAG.figure());
    }
  }
}

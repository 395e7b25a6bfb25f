package dev.freshet.endtoend.consistency;

import dev.freshet.cache.Entries;
import dev.freshet.cache.Fence;
import dev.freshet.cache.Fill;
import dev.freshet.cache.FreshCache;
import dev.freshet.cache.TtlClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An application that embeds the library, with values in its own process. For one thread.
 *
 * <p>A value in the process may be as old as the feed is late: the library declares that it trusts
 * no feed that is silent for {@link #SILENCE}. Reads are judged by that, and what was late within
 * it is counted.
 */
final class LibraryUser implements Runnable {

  /** What the library declares, and as much again as a machine without time to spare may take. */
  static final Duration SILENCE = Duration.ofSeconds(3);

  private static final Duration LATE = SILENCE.plusSeconds(1);
  private static final TtlClass CLASS = TtlClass.of("check", Duration.ofMinutes(5));
  private static final int TYPICAL_PAUSE_MILLIS = 4;
  private static final int TYPICAL_STEP_MILLIS = 6;

  private final Run run;
  private final Database database;
  private final Entries<String> entries;
  private final Subjects subjects;
  private final String name;
  private final SplittableRandom random;

  LibraryUser(Run run, Database database, FreshCache cache, Subjects subjects, String name) {
    this.run = run;
    this.database = database;
    this.entries = cache.entries(CLASS, String.class);
    this.subjects = subjects;
    this.name = name;
    this.random = run.plan().random(name);
  }

  /** The key of a subject: its values are not for those who read Redis themselves. */
  static String key(Subject subject) {
    return "library:" + subject.key();
  }

  /** The entries to look at when all is done. */
  static Entries<String> entries(FreshCache cache) {
    return cache.entries(CLASS, String.class);
  }

  @Override
  public void run() {
    try (Connection primary = database.connect();
        Connection standby = database.connectToStandby()) {
      while (run.lasts()) {
        Subject subject = subjects.draw(random);
        Pause.forNanos(Pause.drawNanos(random, TYPICAL_PAUSE_MILLIS));
        long fence = Pause.drawNanos(random, TYPICAL_STEP_MILLIS);
        long end = Pause.drawNanos(random, TYPICAL_STEP_MILLIS);
        boolean loads = random.nextInt(2) == 0;
        Connection connection = random.nextInt(3) == 0 ? standby : primary;
        if (loads) {
          get(subject, connection, fence, end);
        } else {
          peek(subject);
        }
      }
    } catch (SQLException | RuntimeException e) {
      run.fail(e);
    }
  }

  /** What it loads itself may be of a standby that lags; all else, also from others, is judged. */
  private void get(Subject subject, Connection connection, long fence, long end) {
    Judge.Bound now = run.judge().bound(subject);
    Judge.Bound bound = run.judge().bound(subject, LATE);
    AtomicBoolean own = new AtomicBoolean();
    String value =
        entries.get(
            key(subject),
            fill -> {
              own.set(true);
              return load(subject, fill, connection, fence, end);
            });
    if (!own.get()) {
      judge(subject, now, bound, value);
    }
  }

  private void peek(Subject subject) {
    Judge.Bound now = run.judge().bound(subject);
    Judge.Bound bound = run.judge().bound(subject, LATE);
    entries.peek(key(subject)).ifPresent(value -> judge(subject, now, bound, value));
  }

  private void judge(Subject subject, Judge.Bound now, Judge.Bound bound, String value) {
    run.tally().count("library_reads");
    if (run.judge().read(now, value) == Judge.Verdict.STALE) {
      run.tally().count("library_late");
    }
    run.judge(name, subject, bound, value);
  }

  private String load(Subject subject, Fill fill, Connection connection, long fence, long end)
      throws SQLException {
    fill.fence(Fenced.shifted(Fence.of(connection), run.xidOffset()));
    subject.tags().forEach(fill::tag);
    Pause.forNanos(fence);
    List<Long> versions = new ArrayList<>();
    for (int row : subject.rows()) {
      versions.add(Loader.version(connection, run.lane(), row));
    }
    run.history().add(name, subject.mask(), "loaded " + subject.key() + " = " + versions);
    Pause.forNanos(end);
    return subject.value(versions, 0);
  }
}

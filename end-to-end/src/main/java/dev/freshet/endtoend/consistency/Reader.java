package dev.freshet.endtoend.consistency;

import io.lettuce.core.RedisException;
import java.util.SplittableRandom;

/** Reads entries all the time and has each read judged. For one thread. */
final class Reader implements Runnable {

  private static final int MOST_MICROS = 4000;

  private final Run run;
  private final Variant.Cache cache;
  private final Subjects subjects;
  private final String name;
  private final SplittableRandom random;

  Reader(Run run, Variant.Cache cache, Subjects subjects, String name) {
    this.run = run;
    this.cache = cache;
    this.subjects = subjects;
    this.name = name;
    this.random = run.plan().random(name);
  }

  @Override
  public void run() {
    try {
      while (!run.stopped()) {
        Subject subject = subjects.drawAny(random);
        Pause.forNanos(random.nextInt(MOST_MICROS) * 1000L);
        try {
          Judge.Bound bound = run.judge().bound(subject);
          cache.get(subject).ifPresent(value -> run.judge(name, subject, bound, value));
        } catch (RedisException e) {
          run.tally().count("client_errors");
          Pause.forMillis(2);
        }
      }
    } catch (RuntimeException e) {
      run.fail(e);
    }
  }
}

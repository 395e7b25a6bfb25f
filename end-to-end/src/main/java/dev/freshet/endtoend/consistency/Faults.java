package dev.freshet.endtoend.consistency;

import dev.freshet.runtime.Sink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Lets the events of a plan happen, each at its time. For one thread. */
final class Faults implements Runnable {

  private static final int LONGEST_LOSS_MILLIS = 500;
  private static final int SECOND_APPLIER_BACK = 30;
  private static final int SECOND_APPLIER_BATCHES = 5;

  private final Run run;
  private final LaneRedis redis;
  private final Variant.Side side;
  private final Applier applier;
  private final SplittableRandom random;
  private final long start = System.nanoTime();

  Faults(Run run, LaneRedis redis, Variant.Side side, Applier applier) {
    this.run = run;
    this.redis = redis;
    this.side = side;
    this.applier = applier;
    this.random = run.plan().random("faults");
  }

  @Override
  public void run() {
    try {
      for (Plan.Event event : run.plan().events()) {
        Pause.until(start, event.at());
        if (!run.lasts()) {
          return;
        }
        run.history().add("fault", 0, event.fault() + " begins");
        happen(event.fault());
        run.history().add("fault", 0, event.fault() + " is over");
        run.tally().count(event.fault().figure());
      }
    } catch (RuntimeException e) {
      run.fail(e);
    }
  }

  private void happen(Fault fault) {
    Duration loss = Duration.ofMillis(random.nextInt(LONGEST_LOSS_MILLIS));
    switch (fault) {
      case SCRIPT_FLUSH -> redis.forgetScripts();
      case DISCONNECT -> redis.disconnect();
      case APPLIER_CRASH -> {
        applier.crash();
        redis.disconnect();
      }
      case SECOND_APPLIER -> secondApplier();
      case FLUSHALL -> redis.flush();
      case RESTART -> redis.restart();
      case RESTART_EMPTY -> redis.restartEmpty();
      case RESTART_OLDER -> {
        redis.restartOlder(loss, this::losing);
        restored();
      }
      case FAILOVER -> {
        redis.failOver(loss, this::losing);
        restored();
      }
      default -> throw new IllegalStateException(fault + " is no event");
    }
  }

  private void losing() {
    run.judge().losing();
    run.history().add("fault", 0, "Redis goes down, and what it acknowledged last is lost");
  }

  private void restored() {
    run.judge().restored();
  }

  /** Reads where the first one stands, and then does the same work again beside it. */
  private void secondApplier() {
    try (Sink second = side.openSink()) {
      long from =
          second
              .nextOffsets(new Sink.Assignment(1, Map.of(0, "")))
              .getOrDefault(0, applier.position());
      from = Math.max(0, from - random.nextInt(SECOND_APPLIER_BACK));
      for (int i = 0; i < SECOND_APPLIER_BATCHES; i++) {
        List<Journal.Entry> batch = run.journal().read(from, 1 + random.nextInt(40));
        Pause.forNanos(Pause.drawNanos(random, 20));
        if (!batch.isEmpty()) {
          second.apply(Applier.records(from, batch));
          from += batch.size();
          run.history().add("second sink", 0, "applied up to " + from);
        }
      }
    } catch (RuntimeException e) { // it is not alone: others will do the work
      run.history().add("second sink", 0, "gives up: " + e.getMessage());
    }
  }
}

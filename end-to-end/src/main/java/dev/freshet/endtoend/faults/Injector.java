package dev.freshet.endtoend.faults;

import io.lettuce.core.RedisException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;

/**
 * Lets the faults of a schedule happen, each at its time. They overlap; what is done to one server
 * or process is done one after the other.
 */
final class Injector {

  private static final long SECOND_START_SECONDS = 60;
  private static final long FULL_SECONDS = 20;
  private static final String FULL = "No space left on device";
  private static final int MOST_RESENT = 200;
  private static final int MOST_REWOUND = 500;
  private static final Duration[] CLOCK_ERRORS = {
    Duration.ofMinutes(-20),
    Duration.ofMinutes(-2),
    Duration.ofSeconds(-10),
    Duration.ofSeconds(10),
    Duration.ofMinutes(10),
    Duration.ofHours(3)
  };

  /** Something that only one fault at a time may touch. */
  private record Target(ReentrantLock lock) {
    Target() {
      this(new ReentrantLock());
    }
  }

  private final Target invalidating = new Target();
  private final Target views = new Target();
  private final Target secondInstance = new Target();
  private final Target kafka = new Target();
  private final Target postgres = new Target();
  private final Target redis = new Target();
  private final Site site;
  private final Markers markers;
  private final Requests requests;
  private final List<Long> backAfterNanos = new CopyOnWriteArrayList<>();
  private final List<String> left = new CopyOnWriteArrayList<>();
  private final AtomicInteger fullDisks = new AtomicInteger();

  Injector(Site site, Markers markers, Requests requests) {
    this.site = site;
    this.markers = markers;
    this.requests = requests;
  }

  /** Returns when every fault is over and every server and process was started again. */
  void run(Schedule schedule) throws InterruptedException {
    long start = System.nanoTime();
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> all = new ArrayList<>();
    try {
      for (Schedule.Event event : schedule.events()) {
        pause(start + event.at().toNanos() - System.nanoTime());
        all.add(threads.submit(() -> unlessAway(event)));
      }
      pause(start + schedule.length().toNanos() - System.nanoTime());
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a fault of %s could not happen".formatted(schedule), e);
    } finally {
      threads.shutdown();
      requests.clockJumps(Duration.ZERO);
      site.proxies().forEach(TcpProxy::heal);
    }
  }

  private static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  /**
   * From each kill of who invalidates until a commit made then was applied; forgotten by asking.
   */
  List<Long> backAfterNanos() {
    List<Long> all = List.copyOf(backAfterNanos);
    backAfterNanos.clear();
    return all;
  }

  /** How often a process said that its disk was full. */
  int fullDisks() {
    return fullDisks.get();
  }

  /** Faults that could not happen, each with the reason; forgotten by asking. */
  List<String> leftOut() {
    List<String> all = List.copyOf(left);
    left.clear();
    return all;
  }

  private interface Work {
    void run() throws Exception;
  }

  private void alone(Target target, Work work) throws Exception {
    target.lock().lock();
    try {
      work.run();
    } finally {
      target.lock().unlock();
    }
  }

  /** What another fault keeps from happening is told, and no error. */
  private Schedule.Event unlessAway(Schedule.Event event) throws Exception {
    try {
      happen(event);
    } catch (KafkaException | ExecutionException | RedisException | SQLException away) {
      left.add("%s did not happen: %s".formatted(event.fault().label(), away));
    }
    return event;
  }

  private void happen(Schedule.Event event) throws Exception {
    long nanos = event.lasting().toNanos();
    TcpProxy proxy = site.proxies().get(event.oneOf(site.proxies().size()));
    switch (event.fault()) {
      case KILL_INVALIDATING -> killInvalidating();
      case KILL_VIEWS ->
          alone(
              views,
              () -> {
                site.views().kill();
                site.views().start();
              });
      case PAUSE -> pauseOne(event);
      case SECOND_INSTANCE -> alone(secondInstance, () -> second(event));
      case BROKER_RESTART ->
          alone(
              kafka,
              () -> {
                site.stack().kafka().stop();
                pause(nanos);
                site.stack().kafka().start();
              });
      case BROKER_KILL ->
          alone(
              kafka,
              () -> {
                site.stack().kafka().kill();
                pause(nanos);
                site.stack().kafka().start();
              });
      case REDIS_RESTART ->
          alone(
              redis,
              () -> {
                site.stack().redisServer().stop();
                pause(nanos);
                site.stack().redisServer().start();
              });
      case REDIS_KILL -> alone(redis, () -> killRedis(nanos));
      case REDIS_FLUSH -> alone(redis, () -> site.redis().flushall());
      case POSTGRES_KILL ->
          alone(
              postgres,
              () -> {
                site.stack().postgresServer().kill();
                pause(nanos);
                site.stack().postgresServer().start();
              });
      case TERMINATE_CAPTURE -> alone(postgres, () -> terminate("walsender"));
      case TERMINATE_SINKS -> alone(postgres, () -> terminate("client backend"));
      case CUT -> proxy.cut();
      case REFUSE -> whileIn(proxy::refuse, proxy, nanos);
      case SLOW -> whileIn(() -> proxy.slow(event.lasting().dividedBy(20)), proxy, nanos);
      case STALL -> whileIn(proxy::stall, proxy, nanos);
      case RESEND -> new Redelivery(site).resend(event.oneOf(MOST_RESENT) + 1);
      case REWIND -> alone(invalidating, () -> rewind(event));
      case CLOCK_JUMP -> requests.clockJumps(CLOCK_ERRORS[event.oneOf(CLOCK_ERRORS.length)]);
      case DISK_FULL -> alone(views, () -> fillDisk(nanos));
    }
  }

  private static void whileIn(Runnable begin, TcpProxy proxy, long nanos) {
    begin.run();
    pause(nanos);
    proxy.heal();
  }

  private void killInvalidating() throws Exception {
    long killed = System.nanoTime();
    alone(
        invalidating,
        () -> {
          site.invalidating().kill();
          site.invalidating().start();
        });
    markers.awaitNewOne(killed).ifPresent(backAfterNanos::add);
  }

  private void pauseOne(Schedule.Event event) throws Exception {
    boolean first = event.oneOf(2) == 0;
    Member member = first ? site.invalidating() : site.views();
    alone(
        first ? invalidating : views,
        () -> {
          member.signal("STOP");
          pause(event.lasting().toNanos());
          member.signal("CONT");
        });
  }

  private void second(Schedule.Event event) throws InterruptedException {
    site.second().start();
    if (!site.second().awaitReady(SECOND_START_SECONDS)) {
      left.add("the second instance was not ready within %d s".formatted(SECOND_START_SECONDS));
    }
    pause(event.lasting().toNanos());
    if (event.oneOf(2) == 0) {
      site.second().stop();
    } else {
      site.second().kill();
    }
  }

  /** It comes back with what it had so long before it was killed. */
  private void killRedis(long nanos) throws IOException {
    Path log = site.stack().dataFolder().resolve("redis").resolve("appendonly.aof");
    Path older = log.resolveSibling("older.aof");
    boolean copied = Files.exists(log); // newer servers keep it in several files
    if (copied) {
      Files.copy(log, older, StandardCopyOption.REPLACE_EXISTING);
    }
    pause(nanos);
    site.stack().redisServer().kill();
    if (copied) {
      Files.move(older, log, StandardCopyOption.REPLACE_EXISTING);
    }
    site.stack().redisServer().start();
  }

  private void terminate(String kind) throws SQLException {
    try (Connection connection = site.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = '%s' AND application_name <> '%s'"
              .formatted(kind, Site.APPLICATION));
    }
  }

  private void rewind(Schedule.Event event) throws Exception {
    site.invalidating().kill();
    try {
      new Redelivery(site).rewind(event.oneOf(MOST_REWOUND) + 1);
    } finally {
      site.invalidating().start();
    }
  }

  private void fillDisk(long nanos) throws IOException, InterruptedException {
    if (!site.state().bounded()) {
      left.add("disk_full did not happen: the state is in an ordinary folder");
      return;
    }
    long before = site.views().heard();
    try {
      site.state().fill();
      site.views().kill();
      site.views().start();
      pause(nanos);
      // Only then something was tried: a process that is ready had room.
      if (site.views().awaitLine(FULL, before, FULL_SECONDS).isPresent()) {
        fullDisks.incrementAndGet();
      } else {
        left.add("disk_full was not noticed: nobody said \"%s\"".formatted(FULL));
      }
    } finally {
      site.state().free();
    }
  }
}

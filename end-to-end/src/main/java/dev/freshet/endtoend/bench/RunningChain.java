package dev.freshet.endtoend.bench;

import dev.freshet.events.Topics;
import dev.freshet.runtime.Service;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;

/**
 * A chain that runs alone, under a namespace nobody used before; closing it removes its slot,
 * publication, topics and everything in Redis, so that the next one starts from nothing.
 */
final class RunningChain implements AutoCloseable {

  /** Long enough for a bulk of changes ahead of the marker on a slow machine. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private static final Duration LONGEST_FREEING = Duration.ofSeconds(20);

  /** What Postgres calls a slot that somebody still reads. */
  private static final String IN_USE = "55006";

  private static final Duration LOOK_EVERY = Duration.ofMillis(2);

  private final TestBed bed;
  private final Topics topics;
  private final Entries entries;
  private final Deque<Service> services = new ArrayDeque<>();

  private RunningChain(TestBed bed, Topics topics) {
    this.bed = bed;
    this.topics = topics;
    this.entries = new Entries(bed.redis(), topics.namespace());
  }

  /** Starts its services; returns when they do. */
  static RunningChain start(TestBed bed, Chain chain) throws SQLException {
    Topics topics = new Topics("bench_" + -bed.nextMarker());
    RunningChain running = new RunningChain(bed, topics);
    try {
      TopicProvisioner.ensure(bed.kafka(), Chain.topics(topics));
      for (Service service : chain.services(bed, topics)) {
        running.services.push(service);
        service.start();
      }
      return running;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  Topics topics() {
    return topics;
  }

  Entries entries() {
    return entries;
  }

  /** Returns when every change committed before has been applied: a marker went through. */
  void awaitApplied() throws SQLException, InterruptedException {
    int marker = bed.nextMarker();
    entries.store(marker, 1, 1);
    bed.insertMarker(marker);
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (entries.present(marker, 1) > 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "a change did not arrive within %d s; services: %s"
                .formatted(LONGEST_WAIT.toSeconds(), health()));
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
  }

  /** How each service is, for people. */
  String health() {
    return String.join(
        ", ", services.stream().map(service -> service.name() + " " + service.health()).toList());
  }

  @Override
  public void close() throws SQLException {
    while (!services.isEmpty()) {
      services.pop().close();
    }
    String name = topics.namespace();
    try (Connection connection = bed.connect();
        Statement statement = connection.createStatement()) {
      dropSlot(statement, name);
      statement.execute("DROP PUBLICATION IF EXISTS \"%s\"".formatted(name));
    }
    bed.redis().sync().flushall();
    try (Admin admin = Admin.create(bed.kafka().clientProperties("bench-cleaner"))) {
      admin.deleteTopics(Chain.topics(topics).stream().map(TopicSpec::name).toList()).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics of " + name + " could not be deleted", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Its reader is gone, but Postgres may need a moment to notice. */
  private static void dropSlot(Statement statement, String name) throws SQLException {
    String drop =
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s' AND NOT temporary"
            .formatted(name);
    long deadline = System.nanoTime() + LONGEST_FREEING.toNanos();
    while (true) {
      try {
        statement.execute(drop);
        return;
      } catch (SQLException e) {
        if (!IN_USE.equals(e.getSQLState()) || System.nanoTime() > deadline) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
    }
  }
}

package dev.freshet.endtoend.faults;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What goes wrong. The number is how often it is drawn, compared with the others. */
enum Fault {
  /** {@code kill -9} of the process that captures and invalidates; it is started again at once. */
  KILL_INVALIDATING(3),
  /** {@code kill -9} of the process that counts requests and keeps views. */
  KILL_VIEWS(2),
  /** One of the two processes stands still, and then goes on as if nothing had happened. */
  PAUSE(3),
  /** A second process of the stream, the sink and the aggregator joins, and leaves again. */
  SECOND_INSTANCE(1),
  /** Kafka is stopped and started. */
  BROKER_RESTART(2),
  /** Kafka is killed: what it acknowledged is there again, and what it had begun is not. */
  BROKER_KILL(2),
  /** Redis is stopped and started with its data. */
  REDIS_RESTART(2),
  /** Redis is killed: what it acknowledged within the last second may be gone. */
  REDIS_KILL(3),
  /** Redis loses everything, and goes on. */
  REDIS_FLUSH(2),
  /** Postgres is killed and recovers from its log. */
  POSTGRES_KILL(2),
  /** {@code pg_terminate_backend} of the connection that reads the log. */
  TERMINATE_CAPTURE(3),
  /** {@code pg_terminate_backend} of every other connection of Freshet's. */
  TERMINATE_SINKS(3),
  /** Every connection to one of the servers is reset. */
  CUT(4),
  /** Every connection to one of the servers is reset, and new ones are refused for a while. */
  REFUSE(3),
  /** What goes to and from one of the servers takes longer. */
  SLOW(3),
  /** Connections to one of the servers stay open, and nothing comes through. */
  STALL(3),
  /** The newest records of the change topics are written a second time. */
  RESEND(4),
  /** The invalidating process is killed, and its groups' committed offsets are put back. */
  REWIND(2),
  /** The clock of those who report requests jumps. */
  CLOCK_JUMP(3),
  /** The folder of the views' state has no room while their process is killed and started. */
  DISK_FULL(1);

  private final int weight;

  Fault(int weight) {
    this.weight = weight;
  }

  int weight() {
    return weight;
  }

  /** Its name as a variant of the bench. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Fault> labelled(String label) {
    return Arrays.stream(values()).filter(fault -> fault.label().equals(label)).findFirst();
  }
}

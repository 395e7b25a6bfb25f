package dev.freshet.materializer.commits;

import dev.freshet.events.Lsn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of which more may still come, in the order of their commits.
 *
 * <p>A topic shows its own changes in the order of commits; nothing tells that a transaction is
 * over. But a heartbeat is a change as well, and it is written to Kafka after everything committed
 * before it. So: when a heartbeat of transaction H is here, and everything that lay in the topics
 * when it came has been read, then every transaction up to H is whole. Not thread-safe.
 */
final class OpenCommits {

  private record Placed(
      LogPosition at, TopicPartition partition, long offset, CommitBatch.Change change) {

    /** As they happened: a row whose key changes goes and comes at one place of the log. */
    static final Comparator<Placed> ORDER =
        Comparator.<Placed, Lsn>comparing(placed -> placed.at().lsn())
            .thenComparing(placed -> !placed.at().removal());
  }

  /** A heartbeat, and how far the topics reached when it was here. */
  private record Mark(long transaction, Map<TopicPartition, Long> ends) {}

  private final NavigableMap<Long, List<Placed>> open = new TreeMap<>();
  private final List<Mark> marks = new ArrayList<>();
  private long bytes;

  /** A change was read. */
  void add(LogPosition at, TopicPartition partition, long offset, CommitBatch.Change change) {
    open.computeIfAbsent(at.transaction(), key -> new ArrayList<>())
        .add(new Placed(at, partition, offset, change));
    bytes += change.bytes();
  }

  /** A heartbeat of this transaction was read, and afterwards the topics ended here. */
  void mark(long transaction, Map<TopicPartition, Long> ends) {
    marks.add(new Mark(transaction, ends));
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** Bytes of the changes that wait. */
  long bytes() {
    return bytes;
  }

  /**
   * The transactions that are whole now, taken out.
   *
   * @param positions the next offset to read of a partition
   * @param longest bytes of a batch, roughly; a larger transaction is split
   */
  List<CommitBatch> whole(ToLongFunction<TopicPartition> positions, int longest) {
    long until = Long.MIN_VALUE;
    for (Mark mark : List.copyOf(marks)) {
      boolean read =
          mark.ends().entrySet().stream()
              .allMatch(end -> positions.applyAsLong(end.getKey()) >= end.getValue());
      if (!read) {
        break; // the later marks end later
      }
      until = Math.max(until, mark.transaction());
      marks.remove(mark);
    }
    return take(open.headMap(until, true), longest);
  }

  /**
   * Everything, whole or not: there is no more room to wait. Only a removal that is the last of its
   * transaction stays, because the row may be about to come again under another key.
   */
  List<CommitBatch> all(int longest) {
    NavigableMap<Long, List<Placed>> parts = new TreeMap<>(open);
    open.clear();
    parts.forEach(
        (transaction, placed) -> {
          Placed last = Collections.max(placed, Placed.ORDER);
          if (last.at().removal()) {
            placed.remove(last);
            open.put(transaction, new ArrayList<>(List.of(last)));
          }
        });
    return take(parts, longest);
  }

  private List<CommitBatch> take(NavigableMap<Long, List<Placed>> transactions, int longest) {
    List<CommitBatch> batches = new ArrayList<>();
    List<CommitBatch.Change> changes = new ArrayList<>();
    long lsn = 0;
    long micros = 0;
    long size = 0;
    for (List<Placed> transaction : transactions.values()) {
      transaction.sort(Placed.ORDER);
      boolean first = true;
      @Nullable Lsn previous = null;
      for (Placed placed : transaction) {
        if (size > longest && !placed.at().lsn().equals(previous)) {
          // Between two transactions a batch may end; inside one it goes on in the next record, but
          // not between a row that goes and the same row that comes with another key.
          batches.add(new CommitBatch(first, new Lsn(lsn), micros, changes));
          changes.clear();
          size = 0;
        }
        first = false;
        previous = placed.at().lsn();
        changes.add(placed.change());
        size += placed.change().bytes();
        bytes -= placed.change().bytes();
        lsn = Math.max(lsn, placed.at().lsn().value());
        micros = Math.max(micros, placed.at().committedMicros());
      }
    }
    transactions.clear();
    if (!changes.isEmpty()) {
      batches.add(new CommitBatch(true, new Lsn(lsn), micros, changes));
    }
    return batches;
  }

  /** The first offset of each partition that still waits. */
  Map<TopicPartition, Long> firstWaiting() {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (List<Placed> transaction : open.values()) {
      for (Placed placed : transaction) {
        first.merge(placed.partition(), placed.offset(), Math::min);
      }
    }
    return first;
  }
}

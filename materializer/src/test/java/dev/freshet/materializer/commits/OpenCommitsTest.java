package dev.freshet.materializer.commits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.MalformedEventException;
import dev.freshet.events.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A row whose primary key changes: two events at one place of the log, which stay together. */
class OpenCommitsTest {

  private static final TableName TABLE = new TableName("public", "notes");

  private final OpenCommits open = new OpenCommits();
  private long offset;

  private void add(int partition, long transaction, long lsn, String op)
      throws MalformedEventException {
    byte[] event =
        """
        {"before":null,"after":null,"source":{"schema":"public","table":"notes","ts_us":5,
         "lsn":%d,"sequence":"[\\"%d\\",\\"1\\"]"},"op":"%s"}"""
            .formatted(lsn, transaction, op)
            .getBytes(StandardCharsets.UTF_8);
    open.add(
        LogPosition.of(event),
        new TopicPartition("notes", partition),
        offset++,
        new CommitBatch.Change(TABLE, op.getBytes(StandardCharsets.UTF_8), event));
  }

  private static List<String> operations(List<CommitBatch> batches) {
    return batches.stream()
        .map(
            batch ->
                batch.changes().stream()
                    .map(
                        change -> {
                          byte[] key = change.key();
                          return key == null ? "" : new String(key, StandardCharsets.UTF_8);
                        })
                    .reduce("", String::concat))
        .toList();
  }

  @Test
  void theRowGoesBeforeItComesWhicheverPartitionIsReadFirst() throws Exception {
    add(0, 9, 100, "c");
    add(1, 9, 100, "d");
    open.mark(9, Map.of());
    assertThat(operations(open.whole(partition -> offset, 1 << 20))).containsExactly("dc");
  }

  @Test
  void noBatchEndsBetweenTheTwo() throws Exception {
    add(0, 8, 500, "u"); // an earlier commit, further on in the log
    add(0, 9, 100, "u");
    add(0, 9, 101, "d");
    add(0, 9, 101, "c");
    add(0, 9, 102, "u");
    open.mark(9, Map.of());
    assertThat(operations(open.whole(partition -> offset, 1))).containsExactly("u", "u", "dc", "u");
  }

  @Test
  void whenThereIsNoRoomToWaitTheOneThatWentLastWaitsForTheOther() throws Exception {
    add(0, 9, 100, "u");
    add(0, 9, 101, "d");
    assertThat(operations(open.all(1 << 20))).containsExactly("u");
    assertThat(open.firstWaiting()).containsEntry(new TopicPartition("notes", 0), 1L);
    add(0, 9, 101, "c");
    open.mark(9, Map.of());
    assertThat(operations(open.whole(partition -> offset, 1 << 20))).containsExactly("dc");
    assertThat(open.bytes()).isZero();
  }
}

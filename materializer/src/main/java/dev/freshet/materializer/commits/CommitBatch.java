package dev.freshet.materializer.commits;

import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transactions as they travel on {@code <ns>.commits}.
 *
 * @param whole whether the last transaction in it is complete; if not, the next record goes on with
 *     it
 * @param lsn the newest change in it
 * @param committedMicros the newest commit in it, microseconds since 1970
 * @param changes in the order of commits
 */
public record CommitBatch(boolean whole, Lsn lsn, long committedMicros, List<Change> changes) {

  private static final int VERSION = 1;

  /** A change event as it came from its topic. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  public record Change(TableName table, byte @Nullable [] key, byte[] value) {

    int bytes() {
      return value.length + (key == null ? 0 : key.length) + 64;
    }
  }

  public CommitBatch {
    changes = List.copyOf(changes);
  }

  /** What {@link #read} reads. */
  public byte[] write() {
    Encoder out = new Encoder().write(VERSION).write(whole ? 1 : 0);
    out.number(lsn.value()).number(committedMicros).number(changes.size());
    for (Change change : changes) {
      out.text(change.table().schema()).text(change.table().table());
      byte[] key = change.key();
      out.write(key == null ? 0 : 1);
      if (key != null) {
        out.sized(key);
      }
      out.sized(change.value());
    }
    return out.bytes();
  }

  /** Reads what {@link #write} wrote. */
  public static CommitBatch read(byte[] bytes) {
    Decoder in = new Decoder(bytes);
    int version = in.read();
    if (version != VERSION) {
      throw new IllegalStateException("a batch of commits of version " + version);
    }
    boolean whole = in.read() == 1;
    Lsn lsn = new Lsn(in.number());
    long micros = in.number();
    int size = (int) in.number();
    List<Change> changes = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      TableName table = new TableName(in.text(), in.text());
      byte[] key = in.read() == 0 ? null : in.sized();
      changes.add(new Change(table, key, in.sized()));
    }
    return new CommitBatch(whole, lsn, micros, changes);
  }
}

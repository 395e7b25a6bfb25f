package dev.freshet.endtoend.bench;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads version 1 of Postgres's logical replication protocol, row changes only. For one thread.
 *
 * <p>Message formats: PostgreSQL documentation, "Logical Replication Message Formats".
 */
public final class PgOutput {

  private static final long POSTGRES_EPOCH_MICROS = 946_684_800_000_000L;

  private record Relation(TableName name, List<String> columns) {}

  private final Map<Integer, Relation> relations = new HashMap<>();
  private long lsn;
  private long committedMicros;
  private long xid;

  /** The change in a message; empty for messages about transactions, tables and types. */
  public Optional<RowChange> read(ByteBuffer message) {
    char kind = (char) message.get();
    switch (kind) {
      case 'B' -> {
        lsn = message.getLong();
        committedMicros = message.getLong() + POSTGRES_EPOCH_MICROS;
        xid = Integer.toUnsignedLong(message.getInt());
      }
      case 'R' -> readRelation(message);
      case 'I', 'U', 'D' -> {
        return Optional.of(readChange(kind, message));
      }
      default -> {
        // Commit, origin, type, truncate: no row.
      }
    }
    return Optional.empty();
  }

  private void readRelation(ByteBuffer message) {
    int oid = message.getInt();
    TableName name = new TableName(readText(message), readText(message));
    message.get(); // replica identity
    int n = message.getShort();
    List<String> columns = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      message.get(); // flags
      columns.add(readText(message));
      message.getLong(); // type and its modifier
    }
    relations.put(oid, new Relation(name, List.copyOf(columns)));
  }

  private RowChange readChange(char kind, ByteBuffer message) {
    Relation relation = relations.get(message.getInt());
    if (relation == null) {
      throw new IllegalStateException("a change of a table that was not described");
    }
    ChangeSource source = new ChangeSource(relation.name(), "", new Lsn(lsn), xid, committedMicros);
    Row before = null;
    char image = (char) message.get();
    if (image == 'K' || image == 'O') {
      before = readRow(relation, message);
      image = message.hasRemaining() ? (char) message.get() : ' ';
    }
    Row after = image == 'N' ? readRow(relation, message) : null;
    if (after != null) {
      return kind == 'I'
          ? new RowChange.Insert(source, after)
          : new RowChange.Update(source, before, after);
    }
    if (before == null) {
      throw new IllegalStateException("a change without a row image: " + kind);
    }
    return new RowChange.Delete(source, before);
  }

  private static Row readRow(Relation relation, ByteBuffer message) {
    int n = message.getShort();
    List<@Nullable String> values = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      values.add(
          switch (message.get()) {
            case 'n' -> null;
            case 'u' -> Row.UNAVAILABLE;
            default -> readBytes(message, message.getInt());
          });
    }
    return new Row(relation.columns(), values);
  }

  private static String readBytes(ByteBuffer message, int length) {
    byte[] bytes = new byte[length];
    message.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String readText(ByteBuffer message) {
    int start = message.position();
    int end = start;
    while (message.get(end) != 0) {
      end++;
    }
    String text = readBytes(message, end - start);
    message.get(); // the zero
    return text;
  }
}

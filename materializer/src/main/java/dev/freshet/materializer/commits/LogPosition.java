package dev.freshet.materializer.commits;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.freshet.events.Lsn;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.TableName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where a change event stands in the log.
 *
 * @param table its table
 * @param transaction end of the commit before this transaction's: the same for all changes of a
 *     transaction, different for each transaction, rising in the order of commits. Debezium's
 *     {@code source.sequence}; 0 when the event has none
 * @param lsn the change itself; rises within a transaction, not across transactions
 * @param committedMicros commit time by the database's clock, microseconds since 1970
 * @param op the operation as Debezium writes it
 */
record LogPosition(TableName table, long transaction, Lsn lsn, long committedMicros, char op) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final char UNKNOWN = '?';

  /**
   * Whether it takes a row away. A row whose key changes is taken away and comes again at the same
   * {@code lsn}.
   */
  boolean removal() {
    return op == 'd';
  }

  /** Whether it is no change but a row that a snapshot has read. */
  boolean read() {
    return op == 'r';
  }

  /**
   * Reads the {@code source} of Debezium's envelope and skips the rest.
   *
   * @throws MalformedEventException when it is no change event of a table
   */
  static LogPosition of(byte[] value) throws MalformedEventException {
    try (JsonParser json = JSON.createParser(value)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("expected a JSON object, found " + json.currentToken());
      }
      LogPosition found = find(json);
      if (found == null) {
        throw new MalformedEventException("no \"source\" with \"schema\" and \"table\"");
      }
      return found;
    } catch (IOException notJson) {
      throw new MalformedEventException("not JSON");
    }
  }

  private static @Nullable LogPosition find(JsonParser json) throws IOException {
    LogPosition found = null;
    char op = UNKNOWN;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      boolean object = json.nextToken() == JsonToken.START_OBJECT;
      if (object && field.equals("payload")) {
        found = find(json);
      } else if (object && field.equals("source")) {
        found = source(json);
      } else if (field.equals("op")) {
        op = json.getText().isEmpty() ? UNKNOWN : json.getText().charAt(0);
        json.skipChildren();
      } else {
        json.skipChildren();
      }
    }
    return found == null || op == UNKNOWN
        ? found
        : new LogPosition(
            found.table(), found.transaction(), found.lsn(), found.committedMicros(), op);
  }

  private static @Nullable LogPosition source(JsonParser json) throws IOException {
    String schema = "";
    String table = "";
    long transaction = 0;
    long lsn = 0;
    long micros = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "schema" -> schema = json.getText();
        case "table" -> table = json.getText();
        case "lsn" -> lsn = json.getValueAsLong();
        case "ts_us" -> micros = json.getValueAsLong();
        case "sequence" -> transaction = firstNumber(json.getText());
        default -> json.skipChildren();
      }
    }
    return schema.isEmpty() || table.isEmpty()
        ? null
        : new LogPosition(new TableName(schema, table), transaction, new Lsn(lsn), micros, UNKNOWN);
  }

  /** The first of {@code ["24023128","24023130"]}; 0 for {@code [null,"24023130"]}. */
  private static long firstNumber(String sequence) {
    int from = 0;
    while (from < sequence.length() && !Character.isDigit(sequence.charAt(from))) {
      if (sequence.charAt(from) == ',') {
        return 0;
      }
      from++;
    }
    int to = from;
    while (to < sequence.length() && Character.isDigit(sequence.charAt(to))) {
      to++;
    }
    return from == to ? 0 : Long.parseLong(sequence.substring(from, to));
  }
}

package dev.freshet.events;

import org.jspecify.annotations.Nullable;

/**
 * Reads the request events of one value: a JSON object, several of them (a line each, or one after
 * the other), a JSON array, or a {@link RequestBatch binary batch}; the first byte tells which.
 *
 * <p>Usual JSON goes through a scanner of one pass that makes no garbage; whatever it does not know
 * is read again by Jackson. A bad event never stops the others: within broken syntax, reading goes
 * on at the next line that begins an object. An array with broken syntax is lost from there on, and
 * reported once.
 *
 * <p>Not thread-safe; keep one per thread. Costs at most a small multiple of the value's size,
 * whatever is in it.
 */
public final class RequestReader {

  /** What becomes of the events, in the order in which they stand in the value. */
  public interface Sink {

    /** An event; the object is used again for the next one. */
    void request(RequestFields event);

    /**
     * Something that is not a request event.
     *
     * @param index its place among the events of the value, from 0
     * @param reason what is wrong, for people; starts with the field where there is one
     * @param offset where it begins in the value
     * @param length how many bytes it has
     */
    void rejected(int index, String reason, int offset, int length);
  }

  private final RequestFields fields = new RequestFields();
  private final RequestScanner scanner;
  private final RequestParser json = new RequestParser();
  private final RequestBatchReader batches = new RequestBatchReader();

  /** A reader. */
  public RequestReader() {
    this(new RequestScanner());
  }

  /** A reader with this scanner; tests compare one that never knows with the real one. */
  RequestReader(RequestScanner scanner) {
    this.scanner = scanner;
  }

  /**
   * Reads a value.
   *
   * @param value the value; null, as Kafka's tombstones, counts as empty
   * @param receivedMillis the time of events that carry none
   * @return how many events there were, good and bad
   */
  public int read(byte @Nullable [] value, long receivedMillis, Sink sink) {
    if (value == null || value.length == 0) {
      sink.rejected(0, "a value with at least one event is expected, found none", 0, 0);
      return 1;
    }
    if (value[0] == RequestBatch.MAGIC) {
      return batches.read(value, receivedMillis, fields, sink);
    }
    int start = blanks(value, 0);
    if (start == value.length) {
      sink.rejected(0, "a value with at least one event is expected, found only blanks", 0, start);
      return 1;
    }
    return value[start] == '['
        ? array(value, start, receivedMillis, sink)
        : lines(value, start, receivedMillis, sink);
  }

  private int lines(byte[] value, int start, long receivedMillis, Sink sink) {
    int index = 0;
    for (int at = start; at < value.length; index++) {
      int next = object(value, at, receivedMillis);
      if (next < 0) {
        next = nextLine(value, at);
        sink.rejected(index, json.problem(), at, next - at);
      } else {
        deliver(index, at, next, sink);
      }
      at = blanks(value, next);
    }
    return index;
  }

  private int array(byte[] value, int start, long receivedMillis, Sink sink) {
    int index = 0;
    int at = blanks(value, start + 1);
    boolean first = true;
    while (at < value.length && value[at] != ']') {
      int item = at;
      if (!first) {
        item = value[at] == ',' ? blanks(value, at + 1) : -1;
      }
      int next = item < 0 ? -1 : item(value, item, receivedMillis);
      if (next < 0) {
        String what = item < 0 ? "a comma is expected" : json.problem();
        sink.rejected(
            index, "the array cannot be read from here on: " + what, at, value.length - at);
        return index + 1;
      }
      deliver(index++, item, next, sink);
      first = false;
      at = blanks(value, next);
    }
    int after = at < value.length ? blanks(value, at + 1) : -1;
    if (after != value.length) {
      int from = after < 0 ? start : after;
      String what = after < 0 ? "the array does not end" : "something follows the array";
      sink.rejected(index++, what, from, value.length - from);
    }
    return index;
  }

  /** Past the item of an array, which need not be an object; -1 when its syntax is broken. */
  private int item(byte[] value, int at, long receivedMillis) {
    if (at < value.length && value[at] == '{') {
      return object(value, at, receivedMillis);
    }
    return json.skip(value, at);
  }

  /** Past the object; -1 when this is none or its syntax is broken. */
  private int object(byte[] value, int at, long receivedMillis) {
    if (value[at] != '{') {
      json.expectedObject(value[at]);
      return -1;
    }
    fields.reset(receivedMillis);
    json.clear();
    int next = scanner.scan(value, at, fields);
    if (next >= 0) {
      return next;
    }
    fields.reset(receivedMillis);
    return json.parse(value, at, fields);
  }

  private void deliver(int index, int from, int to, Sink sink) {
    String problem = json.hasProblem() ? json.problem() : fields.problem();
    if (problem == null) {
      sink.request(fields);
    } else {
      sink.rejected(index, problem, from, to - from);
    }
  }

  /** The next line that begins an object: where an unreadable event ends at the latest. */
  private static int nextLine(byte[] value, int from) {
    for (int i = from; i < value.length; i++) {
      if (value[i] == '\n') {
        int next = blanks(value, i);
        if (next == value.length || value[next] == '{') {
          return next;
        }
      }
    }
    return value.length;
  }

  static int blanks(byte[] value, int from) {
    int i = from;
    while (i < value.length && isBlank(value[i])) {
      i++;
    }
    return i;
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}

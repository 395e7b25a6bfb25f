package dev.freshet.materializer.state;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** A map ordered by unsigned bytes. Keys and values are not changed after they went in. */
public interface State {

  /** Entries held at once by {@link #forEach}. */
  int PAGE = 512;

  /** A key with its value. */
  @SuppressWarnings("ArrayRecordComponent") // looked into, never compared
  record Entry(Bytes key, byte[] value) {}

  byte @Nullable [] get(Bytes key);

  /** Puts a value; {@code null} removes the key. */
  void put(Bytes key, byte @Nullable [] value);

  /**
   * The first entries of a range, at most {@code limit}.
   *
   * @param from inclusive
   * @param to exclusive
   */
  List<Entry> first(Bytes from, Bytes to, int limit);

  /** The last entry of a range; {@code null} when it is empty. */
  @Nullable Entry last(Bytes from, Bytes to);

  /**
   * Every entry whose key begins with these bytes, in order, some at a time: however many there
   * are, few are held. The taker may write, also to what it is given.
   */
  default void forEach(Bytes prefix, Consumer<Entry> taker) {
    Bytes to = OrderedKey.afterAll(prefix);
    Bytes from = prefix;
    List<Entry> page;
    do {
      page = first(from, to, PAGE);
      page.forEach(taker);
      if (!page.isEmpty()) {
        from = OrderedKey.after(page.get(page.size() - 1).key());
      }
    } while (page.size() == PAGE);
  }
}

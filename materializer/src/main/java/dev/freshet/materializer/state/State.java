package dev.freshet.materializer.state;

import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** A map ordered by unsigned bytes. Keys and values are not changed after they went in. */
public interface State {

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
}

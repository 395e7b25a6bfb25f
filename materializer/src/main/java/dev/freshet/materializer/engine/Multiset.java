package dev.freshet.materializer.engine;

import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import dev.freshet.materializer.state.OrderedKey;
import dev.freshet.materializer.state.State;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The values of one aggregate in one group, each with how often it is there, in their order.
 *
 * <p>Key: group, value; so the least and the greatest are the ends of a range. Counts can be
 * negative in the middle of a batch.
 */
final class Multiset {

  /** Entries looked at together when searching an end. */
  private static final int PAGE = 16;

  private final State state;
  private final byte[] group;

  /**
   * @param group store number and group key
   */
  Multiset(State state, byte[] group) {
    this.state = state;
    this.group = group;
  }

  private Bytes key(Object value, int variant) {
    Encoder key = new Encoder().write(group);
    OrderedKey.append(key, value);
    return key.number(variant).key();
  }

  /** Changes the count of a value of this variant; returns the new count. */
  long add(Object value, int variant, long weight) {
    Bytes key = key(value, variant);
    byte[] stored = state.get(key);
    long count = weight + (stored == null ? 0 : new Decoder(stored).number());
    state.put(key, count == 0 ? null : new Encoder().number(count).value(value).bytes());
    return count;
  }

  /**
   * A count before and after a change.
   *
   * @param value the value as it was when it was first there
   */
  record Changed(Object value, long before, long after) {}

  /** Changes the count of a value, of whatever variant it is. */
  Changed change(Object value, long weight) {
    Bytes key = key(value, 0);
    byte[] stored = state.get(key);
    Object first = value;
    long before = 0;
    if (stored != null) {
      Decoder in = new Decoder(stored);
      before = in.number();
      first = Objects.requireNonNull(in.value());
    }
    long after = before + weight;
    state.put(key, after == 0 ? null : new Encoder().number(after).value(first).bytes());
    return new Changed(first, before, after);
  }

  /** The least or the greatest value that is there. */
  @Nullable Object end(boolean greatest) {
    Bytes from = Bytes.wrap(group);
    Bytes to = OrderedKey.afterAll(from);
    while (true) {
      List<State.Entry> some = some(from, to, greatest);
      for (State.Entry entry : some) {
        Decoder value = new Decoder(entry.value());
        if (value.number() > 0) {
          return value.value();
        }
      }
      if (some.isEmpty()) {
        return null;
      }
      Bytes last = some.get(some.size() - 1).key();
      if (greatest) {
        to = last;
      } else {
        from = new Encoder().write(last.get()).write(0).key();
      }
    }
  }

  private List<State.Entry> some(Bytes from, Bytes to, boolean greatest) {
    if (!greatest) {
      return state.first(from, to, PAGE);
    }
    State.Entry last = state.last(from, to);
    return last == null ? List.of() : List.of(last);
  }
}

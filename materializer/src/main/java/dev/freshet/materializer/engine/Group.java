package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.state.Decoder;
import dev.freshet.materializer.state.Encoder;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One group of an aggregate: its key, how many rows it has, its accumulators. */
final class Group {

  /** What a group shows: a row, an error instead of one, or nothing. */
  @SuppressWarnings("ArrayRecordComponent") // looked into, never compared
  record Shown(@Nullable Object @Nullable [] row, @Nullable String error) {
    static final Shown NOTHING = new Shown(null, null);
  }

  private final @Nullable Object[] key;
  private final @Nullable Counts[] variants;
  private final List<Accumulator> accumulators;
  private final boolean always;
  private long rows;

  /** What it showed before this batch. */
  private Shown before = Shown.NOTHING;

  /**
   * @param key as its first row had it
   * @param always whether it shows a row even without rows: the one group of a global aggregate
   */
  Group(@Nullable Object[] key, List<Accumulator> accumulators, boolean always) {
    this.key = key;
    this.accumulators = accumulators;
    this.always = always;
    this.variants = new @Nullable Counts[key.length];
    for (int i = 0; i < key.length; i++) {
      if (key[i] instanceof BigDecimal || key[i] instanceof Double) {
        variants[i] = new Counts();
      }
    }
  }

  @Nullable Object[] key() {
    return key;
  }

  Accumulator accumulator(int call) {
    return accumulators.get(call);
  }

  void count(@Nullable Object[] row, int[] keyColumns, long weight) {
    rows += weight;
    for (int i = 0; i < keyColumns.length; i++) {
      Counts counts = variants[i];
      if (counts != null) {
        counts.add(Variant.of(row[keyColumns[i]]), weight);
      }
    }
  }

  boolean isEmpty() {
    return rows == 0 && !always;
  }

  Shown before() {
    return before;
  }

  Shown now() {
    if (isEmpty()) {
      return Shown.NOTHING;
    }
    @Nullable Object[] row = new @Nullable Object[key.length + accumulators.size()];
    for (int i = 0; i < key.length; i++) {
      Counts counts = variants[i];
      boolean asIs = counts == null || counts.has(Variant.of(key[i])) || counts.isEmpty();
      row[i] = asIs ? key[i] : Variant.as(key[i], counts.greatest());
    }
    try {
      for (int i = 0; i < accumulators.size(); i++) {
        row[key.length + i] = accumulators.get(i).result();
      }
    } catch (EvaluationException e) {
      return new Shown(null, String.valueOf(e.getMessage()));
    }
    return new Shown(row, null);
  }

  byte[] write() {
    Encoder out = new Encoder().number(rows).row(key);
    for (Counts counts : variants) {
      if (counts != null) {
        counts.write(out);
      }
    }
    accumulators.forEach(accumulator -> accumulator.write(out));
    return out.bytes();
  }

  /** The group as it was stored, which is also what it showed last. */
  static Group read(byte[] stored, int width, List<Accumulator> accumulators, boolean always) {
    Decoder in = new Decoder(stored);
    long rows = in.number();
    Group group = new Group(in.row(width), accumulators, always);
    group.rows = rows;
    for (int i = 0; i < width; i++) {
      if (group.variants[i] != null) {
        group.variants[i] = Counts.read(in);
      }
    }
    accumulators.forEach(accumulator -> accumulator.read(in));
    group.before = group.now();
    return group;
  }
}

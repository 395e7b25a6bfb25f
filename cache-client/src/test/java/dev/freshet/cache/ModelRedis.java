package dev.freshet.cache;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the model's Redis holds, to be copied for a failover. */
final class ModelRedis {

  /** What a load saw: all commits up to its version. */
  record Value(long version, List<String> tags) {}

  final Map<String, Value> entries = new HashMap<>();
  final Map<String, Long> marks = new HashMap<>();
  String incarnation = "i0";
  long seq;
  long floor;

  ModelRedis copy() {
    ModelRedis copy = new ModelRedis();
    copy.entries.putAll(entries);
    copy.marks.putAll(marks);
    copy.incarnation = incarnation;
    copy.seq = seq;
    copy.floor = floor;
    return copy;
  }
}

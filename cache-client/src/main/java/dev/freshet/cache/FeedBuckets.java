package dev.freshet.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The buckets as the head numbers them. Immutable, each bucket thread-safe. */
final class FeedBuckets {

  final Layout layout;
  final List<FeedBucket> all;
  final Map<String, Integer> byChannel;

  FeedBuckets(Layout layout, FeedLimits limits, FeedListener listener, FeedCounts counts) {
    List<FeedBucket> all = new ArrayList<>();
    Map<String, Integer> byChannel = new HashMap<>();
    for (int bucket = 0; bucket < layout.buckets(); bucket++) {
      all.add(new FeedBucket(bucket, limits, listener, counts));
      byChannel.put(layout.feed(bucket), bucket);
    }
    this.layout = layout;
    this.all = List.copyOf(all);
    this.byChannel = Map.copyOf(byChannel);
  }
}

package dev.freshet.materializer.stream;

import org.apache.kafka.common.utils.Bytes;

/** Where a view's seed is remembered in its state: beside every operator's keys. */
public final class ViewSeed {

  /** The snapshot the state was seeded from. */
  public static final Bytes SNAPSHOT_KEY = Bytes.wrap(new byte[] {(byte) 0xFE, 0});

  private ViewSeed() {}
}

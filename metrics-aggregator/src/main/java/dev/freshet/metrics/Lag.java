package dev.freshet.metrics;

import java.util.OptionalLong;

/** Tells how much of an input partition is still to be read. Asked on the thread that reads it. */
interface Lag {

  /** Nothing is ever left to read: for topologies that run without a consumer. */
  Lag NONE = partition -> OptionalLong.of(0);

  /** Records left to read; empty while it is not known. */
  OptionalLong of(int partition);
}

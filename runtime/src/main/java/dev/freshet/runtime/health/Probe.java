package dev.freshet.runtime.health;

import java.util.List;

/**
 * Looks at one part of the system. Asked by one thread, again and again; keeps its connection
 * between two looks and opens a new one after a failure.
 */
public interface Probe extends AutoCloseable {

  /** How many series of one figure a probe tells at most; the rest is left out. */
  int MOST_OF_A_KIND = 50;

  /** What it looks at: {@code redis}. */
  String component();

  /** Which one, without credentials: {@code cache:6379}. */
  String instance();

  /**
   * Looks, within seconds.
   *
   * @throws Exception when the part does not answer; told to people by its message
   */
  List<Reading> read() throws Exception;

  @Override
  void close();
}

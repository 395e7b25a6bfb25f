package dev.freshet.materializer.engine;

/** Hands out store numbers in the order of the plan, so that they are the same after a restart. */
final class Stores {

  private int next;

  Keys next() {
    return new Keys(next++);
  }
}

package dev.freshet.materializer.row;

/**
 * The value of a column that the log left out because it did not change (TOAST): take the previous
 * row's. Never a value of an expression.
 */
public enum Unchanged {
  VALUE
}

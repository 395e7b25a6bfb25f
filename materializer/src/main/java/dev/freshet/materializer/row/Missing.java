package dev.freshet.materializer.row;

/** Why a column of a change event gives no value. Never a value of an expression. */
public enum Missing {
  /** The log left it out because it did not change (TOAST): it is the previous row's. */
  UNCHANGED,
  /** Its text is no value of its type, or the event does not have the column. */
  UNREADABLE
}

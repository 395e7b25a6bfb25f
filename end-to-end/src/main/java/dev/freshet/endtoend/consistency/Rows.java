package dev.freshet.endtoend.consistency;

/** The rows of a lane's table, by id. Versions only grow: each commit that touches a row adds 1. */
final class Rows {

  /** How many ids there are: from 0. */
  static final int COUNT = 32;

  /** Rows below {@link #FIRST_ALONE} belong to so many groups in turn; others have their own. */
  static final int GROUPS = 2;

  static final int FIRST_ALONE = 16;

  /** The row whose tag many entries carry. */
  static final int CROWD = 29;

  /** Touched by transactions that stay open for long. */
  static final int LONG = 30;

  /** Written when all is done: once its change is applied, so is everything before. */
  static final int MARKER = 31;

  private Rows() {}

  static String table(int lane) {
    return "lane_" + lane;
  }
}

package dev.freshet.materializer.engine;

import dev.freshet.materializer.plan.Filter;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.Source;
import java.util.List;

/** What a join keeps of one of its sides, besides the rows of the tables. */
public enum SideKind {
  /** Nothing: the join's key has the primary key of the table the rows come from. */
  KEYED,
  /** The join's key with the primary key of the table each row comes from. */
  INDEXED,
  /** The join's key with the row. */
  STORED;

  /** Of the left side. */
  public static SideKind left(Join join) {
    return of(join.left(), join.leftKeys(), false);
  }

  /** Of the right side, of which a left join asks whether it has a partner. */
  public static SideKind right(Join join) {
    return of(join.right(), join.rightKeys(), join.kind() == Join.Kind.LEFT);
  }

  private static SideKind of(Node node, List<Integer> joined, boolean asked) {
    if (!isComputedAgain(node) || Identity.of(node).isEmpty()) {
      return STORED;
    }
    if (!Identity.within(node, joined)) {
      return INDEXED;
    }
    return asked && !isSteady(node) ? STORED : KEYED;
  }

  /** Whether each row comes from one row of one table, and what that one meets can be looked up. */
  private static boolean isComputedAgain(Node node) {
    if (node instanceof Join join) {
      return isLeftSpine(join) || isRightSpine(join);
    }
    return node instanceof Source
        || ((node instanceof Filter || node instanceof Project)
            && isComputedAgain(node.inputs().get(0)));
  }

  /** Whether each row of the join is one of its left side, which is computed again. */
  static boolean isLeftSpine(Join join) {
    return Identity.within(join.right(), join.rightKeys()) && isComputedAgain(join.left());
  }

  /** The same of the right side; not when the left has the say, as in {@link Identity}. */
  static boolean isRightSpine(Join join) {
    return !Identity.within(join.right(), join.rightKeys())
        && join.kind() == Join.Kind.INNER
        && Identity.within(join.left(), join.leftKeys())
        && isComputedAgain(join.right());
  }

  /**
   * Whether rows that are computed again follow a change that is on its way as {@link Side#has}
   * says: not with a left join, whose rows without partner go after the partner came, nor with a
   * side that is stored, which has a row before it is told.
   */
  private static boolean isSteady(Node node) {
    if (node instanceof Join join) {
      SideKind other = isLeftSpine(join) ? right(join) : left(join);
      return join.kind() == Join.Kind.INNER
          && other == KEYED
          && isSteady(join.left())
          && isSteady(join.right());
    }
    return node instanceof Source
        || ((node instanceof Filter || node instanceof Project) && isSteady(node.inputs().get(0)));
  }
}

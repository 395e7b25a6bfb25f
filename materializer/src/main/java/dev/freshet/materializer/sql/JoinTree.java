package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Call;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Join;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Refusals;
import java.util.ArrayList;
import java.util.List;

/**
 * A FROM clause before its conditions are placed. Expressions read the whole row; a part covers the
 * columns from {@code first} on.
 */
sealed interface JoinTree {

  int first();

  int width();

  /** A table or subquery. */
  record Leaf(Node node, int first) implements JoinTree {
    @Override
    public int width() {
      return node.columns().size();
    }
  }

  /** Two parts side by side. */
  record Pair(Position at, boolean left, JoinTree one, JoinTree other, List<Conjunct> on)
      implements JoinTree {
    @Override
    public int first() {
      return one.first();
    }

    @Override
    public int width() {
      return one.width() + other.width();
    }
  }

  /** The plan of the part, with these conditions on its rows. */
  static Node build(JoinTree tree, List<Conjunct> conditions, Refusals refusals) {
    if (tree instanceof Leaf leaf) {
      return Pushdown.filter(
          leaf.node,
          conditions.stream().map(c -> Conjunct.shifted(c.expression(), leaf.first)).toList());
    }
    return ((Pair) tree).left
        ? leftJoin((Pair) tree, conditions, refusals)
        : innerJoin((Pair) tree, conditions, refusals);
  }

  private static boolean reads(JoinTree part, Expression expression) {
    return Conjunct.within(expression, part.first(), part.first() + part.width());
  }

  private static Node innerJoin(Pair pair, List<Conjunct> conditions, Refusals refusals) {
    List<Conjunct> all = new ArrayList<>(pair.on);
    all.addAll(conditions);
    List<Conjunct> one = new ArrayList<>();
    List<Conjunct> other = new ArrayList<>();
    JoinKeys keys = new JoinKeys(pair);
    List<Expression> residual = new ArrayList<>();
    for (Conjunct condition : all) {
      if (reads(pair.one, condition.expression())) {
        one.add(condition);
      } else if (reads(pair.other, condition.expression())) {
        other.add(condition);
      } else if (!keys.add(condition.expression())) {
        residual.add(condition.expression());
      }
    }
    return keys.join(
        build(pair.one, one, refusals), build(pair.other, other, refusals), residual, refusals);
  }

  private static Node leftJoin(Pair pair, List<Conjunct> conditions, Refusals refusals) {
    List<Conjunct> one = new ArrayList<>();
    List<Conjunct> other = new ArrayList<>();
    List<Expression> above = new ArrayList<>();
    for (Conjunct condition : conditions) {
      if (reads(pair.one, condition.expression())) {
        one.add(condition);
      } else {
        above.add(Conjunct.shifted(condition.expression(), pair.first()));
      }
    }
    JoinKeys keys = new JoinKeys(pair);
    for (Conjunct condition : pair.on) {
      if (reads(pair.other, condition.expression())) {
        other.add(condition);
      } else if (!keys.add(condition.expression())) {
        refusals.unsupported(
            condition.at(),
            "a LEFT JOIN condition that is no equality of both sides",
            "join a subquery of the left table that has the condition in its WHERE");
      }
    }
    Node joined =
        keys.join(
            build(pair.one, one, refusals),
            build(pair.other, other, refusals),
            List.of(),
            refusals);
    return Pushdown.filter(joined, above);
  }

  /** The equalities of a join. Not thread-safe. */
  final class JoinKeys {
    private final Pair pair;
    private final List<Expression> left = new ArrayList<>();
    private final List<Expression> right = new ArrayList<>();

    JoinKeys(Pair pair) {
      this.pair = pair;
    }

    /** Takes an equality of both sides; false for anything else. */
    boolean add(Expression condition) {
      if (!(condition instanceof Call call) || !call.name().equals("=")) {
        return false;
      }
      Expression a = call.children().get(0);
      Expression b = call.children().get(1);
      if (!a.type().kind().hasEquality()) {
        return false;
      }
      boolean straight = reads(pair.one, a) && reads(pair.other, b);
      boolean crossed = reads(pair.one, b) && reads(pair.other, a);
      boolean sides = !Conjunct.inputs(a).isEmpty() && !Conjunct.inputs(b).isEmpty();
      if (!sides || !(straight || crossed)) {
        return false;
      }
      left.add(Conjunct.shifted(straight ? a : b, pair.one.first()));
      right.add(Conjunct.shifted(straight ? b : a, pair.other.first()));
      return true;
    }

    Node join(Node one, Node other, List<Expression> residual, Refusals refusals) {
      if (left.isEmpty()) {
        refusals.unsupported(
            pair.at,
            "a join without an equality of both sides",
            "join on an equality, as in ON a.id = b.a_id");
        return one;
      }
      int width = one.columns().size();
      List<Integer> leftKeys = new ArrayList<>();
      List<Integer> rightKeys = new ArrayList<>();
      Node oneWithKeys = withKeys(one, left, leftKeys);
      Node otherWithKeys = withKeys(other, right, rightKeys);
      int added = oneWithKeys.columns().size() - width;
      Join.Kind kind = pair.left ? Join.Kind.LEFT : Join.Kind.INNER;
      Expression condition = null;
      if (!residual.isEmpty()) {
        Expression all = Conjunct.shifted(Conjunct.join(residual), pair.first());
        condition = opened(all, width, added);
      }
      Join join = new Join(oneWithKeys, otherWithKeys, leftKeys, rightKeys, kind, condition);
      int total = width + other.columns().size();
      return join.columns().size() == total ? join : without(join, width, added, total);
    }

    /** Computed keys are added as columns. */
    private static Node withKeys(Node node, List<Expression> wanted, List<Integer> places) {
      List<Column> columns = new ArrayList<>(node.columns());
      List<Expression> row = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        row.add(new Input(i, columns.get(i).type()));
      }
      int width = row.size();
      for (Expression key : wanted) {
        int place = Aggregates.place(row, key);
        places.add(place);
        if (place == columns.size()) {
          columns.add(new Column("key", key.type(), true));
        }
      }
      return row.size() == width ? node : new Project(node, row, columns);
    }

    private static Expression opened(Expression expression, int width, int added) {
      return dev.freshet.materializer.expression.Tree.replaceInputs(
          expression, i -> new Input(i.index() < width ? i.index() : i.index() + added, i.type()));
    }

    private static Node without(Join join, int width, int added, int total) {
      List<Column> columns = new ArrayList<>();
      List<Expression> row = new ArrayList<>();
      for (int i = 0; i < total; i++) {
        int place = i < width ? i : i + added;
        columns.add(join.columns().get(place));
        row.add(new Input(place, join.columns().get(place).type()));
      }
      return new Project(join, row, columns);
    }
  }
}

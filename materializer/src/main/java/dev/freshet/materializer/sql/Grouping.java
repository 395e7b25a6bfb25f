package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Aggregate;
import dev.freshet.materializer.plan.AggregateCall;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Query;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import dev.freshet.materializer.sql.parse.Term.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** GROUP BY: its keys, and the SELECT list over groups instead of rows. Not thread-safe. */
final class Grouping {

  private final Scope scope;
  private final TermAnalyser terms;
  private final Refusals refusals;
  private final List<Expression> keys = new ArrayList<>();
  private boolean refused;

  Grouping(Scope scope, TermAnalyser terms, Refusals refusals) {
    this.scope = scope;
    this.terms = terms;
    this.refusals = refusals;
  }

  /** The keys over the row of FROM; {@code null} when one is refused. */
  @Nullable List<Expression> keys(Query.Select select, SelectList list) {
    List<Expression> found = new ArrayList<>();
    boolean broken = false;
    for (Term term : select.groupBy()) {
      Typed key = key(term, select, list);
      if (key.isBroken()) {
        broken = true;
        continue;
      }
      PgType.Kind kind = key.kind();
      if (!kind.hasEquality() || kind == PgType.Kind.BPCHAR) {
        refusals.unsupported(term.at(), "GROUP BY over " + key.type(), "cast it to text");
        broken = true;
      }
      Aggregates.place(found, key.expression());
    }
    return broken ? null : found;
  }

  private Typed key(Term term, Query.Select select, SelectList list) {
    if (term instanceof Literal literal && literal.kind() == Literal.Kind.NUMBER) {
      int place = literal.text().matches("\\d{1,4}") ? Integer.parseInt(literal.text()) : 0;
      if (place < 1 || place > list.outputs().size()) {
        refusals.error(
            term.at(), "GROUP BY position %s is not in the SELECT list".formatted(literal.text()));
        return Typed.BROKEN;
      }
      return noAggregate(list.outputs().get(place - 1).typed(), term.at());
    }
    if (term instanceof Term.Name name && name.parts().size() == 1) {
      String alias = name.parts().get(0);
      // A column of FROM comes first, then the name of a result.
      if (scope.find("", alias).isEmpty()) {
        for (int i = 0; i < select.items().size(); i++) {
          Query.Item item = select.items().get(i);
          Term value = item.term();
          if (value != null && alias.equals(item.alias())) {
            return noAggregate(terms.analyse(value), term.at());
          }
        }
      }
    }
    return terms.analyse(term);
  }

  private Typed noAggregate(Typed typed, Position at) {
    if (!typed.isBroken() && typed.expression().toString().contains("aggregate#")) {
      refusals.error(at, "an aggregate cannot be a group key");
      return Typed.BROKEN;
    }
    return typed;
  }

  /** The groups of the rows below, with the outputs and HAVING over them. */
  Optional<Relation> aggregate(
      Node base,
      List<Expression> groupKeys,
      Aggregates aggregates,
      List<Relation.Output> outputs,
      @Nullable Expression having,
      List<Position> places) {
    keys.addAll(groupKeys);
    int declared = keys.size();
    if (declared > 0) {
      addDetermined(outputs, having);
    }
    int width = keys.size();
    List<Relation.Output> lifted = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Relation.Output output = outputs.get(i);
      Expression above = lift(output.typed().expression(), width, places.get(i));
      lifted.add(
          new Relation.Output(
              output.name(), new Typed(above, output.typed().codePointOrder()), true));
    }
    List<Expression> conditions = new ArrayList<>();
    if (having != null) {
      for (Expression part : Conjunct.split(having)) {
        conditions.add(lift(part, width, places.get(0)));
      }
    }
    if (refused) {
      return Optional.empty();
    }
    List<Expression> row = new ArrayList<>(keys);
    List<AggregateCall> calls = aggregates.calls(row);
    if (row.isEmpty()) {
      row.add(dev.freshet.materializer.expression.Constant.of(true, PgType.BOOL));
    }
    List<Column> columns =
        row.stream().map(e -> new Column("c", e.type(), Tree.nullable(e, base.columns()))).toList();
    List<Integer> keyPlaces = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      keyPlaces.add(i);
    }
    Node grouped = new Aggregate(new Project(base, row, named(row, columns)), keyPlaces, calls);
    return Optional.of(new Relation(Pushdown.filter(grouped, conditions), lifted));
  }

  private List<Column> named(List<Expression> row, List<Column> columns) {
    List<Column> named = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      Column c = columns.get(i);
      String name = row.get(i) instanceof Input in ? scope.entry(in.index()).name() : c.name();
      named.add(new Column(name, c.type(), c.nullable()));
    }
    return named;
  }

  /** Columns of a table whose whole primary key is grouped by are keys as well. */
  private void addDetermined(List<Relation.Output> outputs, @Nullable Expression having) {
    List<Expression> all = new ArrayList<>();
    outputs.forEach(output -> all.add(output.typed().expression()));
    if (having != null) {
      all.add(having);
    }
    all.forEach(this::determined);
  }

  private void determined(Expression expression) {
    if (keys.stream().anyMatch(key -> key.toString().equals(expression.toString()))) {
      return;
    }
    if (expression instanceof Input input) {
      List<Integer> key = scope.relation(scope.entry(input.index()).relation()).key();
      boolean grouped =
          !key.isEmpty()
              && key.stream()
                  .allMatch(
                      k -> keys.stream().anyMatch(e -> e instanceof Input i && i.index() == k));
      if (grouped) {
        keys.add(input);
      }
    } else if (expression instanceof Tree tree) {
      tree.children().forEach(this::determined);
    }
  }

  private Expression lift(Expression expression, int width, Position at) {
    for (int i = 0; i < width; i++) {
      if (keys.get(i).toString().equals(expression.toString())) {
        return new Input(i, expression.type());
      }
    }
    if (expression instanceof AggregateRef aggregate) {
      return new Input(width + aggregate.index(), aggregate.type());
    }
    if (expression instanceof Input input) {
      refused = true;
      refusals.error(
          terms.placeOf(input, at),
          "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function"
              .formatted(scope.entry(input.index()).name()));
      return expression;
    }
    if (expression instanceof Tree tree && !tree.children().isEmpty()) {
      return tree.with(tree.children().stream().map(child -> lift(child, width, at)).toList());
    }
    return expression;
  }
}

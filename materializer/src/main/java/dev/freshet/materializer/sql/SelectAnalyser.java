package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Tree;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Distinct;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Project;
import dev.freshet.materializer.plan.UnionAll;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Query;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Queries to plans. Goes on after a refusal as far as it can, to find all of them. */
final class SelectAnalyser {

  private final Schema schema;
  private final Coercion coercion;
  private final Refusals refusals;

  SelectAnalyser(Schema schema, Coercion coercion, Refusals refusals) {
    this.schema = schema;
    this.coercion = coercion;
    this.refusals = refusals;
  }

  Optional<Relation> analyse(Query query, Names outer) {
    Names names = outer;
    for (Query.Named named : query.with()) {
      names = names.with(named);
    }
    return query.body() instanceof Query.Select select
        ? select(select, names)
        : union((Query.Union) query.body(), names);
  }

  private Optional<Relation> union(Query.Union union, Names names) {
    Optional<Relation> left = analyse(union.left(), names);
    Optional<Relation> right = analyse(union.right(), names);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    List<Relation.Output> a = left.get().columns();
    List<Relation.Output> b = right.get().columns();
    if (a.size() != b.size()) {
      refusals.error(
          union.at(),
          "each UNION query must have the same number of columns: %d and %d"
              .formatted(a.size(), b.size()));
      return Optional.empty();
    }
    List<Expression> one = new ArrayList<>();
    List<Expression> other = new ArrayList<>();
    List<Relation.Output> outputs = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      List<Typed> unified =
          coercion.unified(
              List.of(column(left.get(), i), column(right.get(), i)), "UNION", union.at());
      if (unified.isEmpty()) {
        return Optional.empty();
      }
      one.add(unified.get(0).expression());
      other.add(unified.get(1).expression());
      boolean nullable = a.get(i).nullable() || b.get(i).nullable();
      Typed typed = new Typed(unified.get(0).expression(), TermAnalyser.ordered(unified));
      outputs.add(new Relation.Output(a.get(i).name(), typed, nullable));
      columns.add(new Column(a.get(i).name(), typed.type(), nullable));
    }
    List<Node> inputs = new ArrayList<>();
    inputs.addAll(branches(left.get().node(), one, columns));
    inputs.addAll(branches(right.get().node(), other, columns));
    return Optional.of(new Relation(new UnionAll(inputs, columns), outputs));
  }

  private static Typed column(Relation relation, int index) {
    Typed typed = relation.columns().get(index).typed();
    boolean literal =
        relation.node() instanceof Project project
            && project.expressions().get(index)
                instanceof dev.freshet.materializer.expression.Constant;
    return literal && typed.isUntyped()
        ? typed
        : new Typed(
            new dev.freshet.materializer.expression.Input(index, typed.type()),
            typed.codePointOrder());
  }

  /** A union of unions is one union. */
  private static List<Node> branches(Node node, List<Expression> row, List<Column> columns) {
    List<Node> inputs = node instanceof UnionAll union ? union.inputs() : List.of(node);
    return inputs.stream().map(input -> (Node) new Project(input, row, columns)).toList();
  }

  private Optional<Relation> select(Query.Select select, Names names) {
    Scope scope = new Scope();
    TermAnalyser terms = new TermAnalyser(scope, schema, coercion, refusals);
    FromAnalyser from = new FromAnalyser(this, names, schema, refusals, scope, terms);
    if (select.from().isEmpty()) {
      refusals.error(select.at(), "a view selects FROM at least one table");
      return Optional.empty();
    }
    JoinTree tree = from.analyse(select.from());
    if (tree == null) {
      return Optional.empty(); // columns of a refused table would all be refused as well
    }
    Term where = select.where();
    List<Conjunct> conditions = where == null ? List.of() : conjuncts(where, "WHERE", terms);
    Aggregates aggregates = new Aggregates();
    terms.calls().allowAggregates(aggregates);
    SelectList list = new SelectList(scope, terms, refusals);
    List<Relation.Output> outputs = list.outputs(select.items());
    Term having = select.having();
    Typed group = having == null ? null : terms.condition(having, "HAVING");
    terms.calls().allowAggregates(null);
    List<Expression> keys = new Grouping(scope, terms, refusals).keys(select, list);
    if (outputs == null
        || conditions == null
        || keys == null
        || (group != null && group.isBroken())) {
      return Optional.empty();
    }
    Node base = JoinTree.build(tree, conditions, refusals);
    boolean grouped = !select.groupBy().isEmpty() || group != null || !aggregates.isEmpty();
    if (!refusals.isEmpty()) {
      return Optional.empty();
    }
    if (grouped) {
      Grouping grouping = new Grouping(scope, terms, refusals);
      Expression condition = group == null ? null : group.expression();
      return grouping
          .aggregate(base, keys, aggregates, outputs, condition, list.places())
          .map(relation -> finish(relation.node(), relation.columns(), select, list));
    }
    return Optional.of(finish(base, outputs, select, list));
  }

  private Relation finish(
      Node input, List<Relation.Output> outputs, Query.Select select, SelectList list) {
    List<Expression> row = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    List<Relation.Output> settled = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Relation.Output output = outputs.get(i);
      Position at = list.places().get(i);
      if (output.typed().kind() == PgType.Kind.INTERVAL) {
        refusals.unsupported(
            at, "a column of type interval", "use extract(epoch from x), or cast it to text");
      }
      Typed typed = output.typed();
      Expression expression = coercion.settled(typed, at).expression();
      boolean nullable = Tree.nullable(expression, input.columns());
      row.add(expression);
      columns.add(new Column(output.name(), expression.type(), nullable));
      settled.add(new Relation.Output(output.name(), typed, nullable));
    }
    Node node = new Project(input, row, columns);
    if (!select.distinct()) {
      return new Relation(node, settled);
    }
    for (int i = 0; i < columns.size(); i++) {
      PgType.Kind kind = columns.get(i).type().kind();
      if (!kind.hasEquality() || kind == PgType.Kind.BPCHAR) {
        refusals.unsupported(
            list.places().get(i), "DISTINCT over " + columns.get(i).type(), "cast it to text");
      }
    }
    return new Relation(new Distinct(node), settled);
  }

  /** The parts of a condition, each where it stands; {@code null} when one is refused. */
  @Nullable List<Conjunct> conjuncts(Term condition, String where, TermAnalyser terms) {
    List<Term> parts =
        condition instanceof Term.Logic logic && !logic.or()
            ? logic.operands()
            : List.of(condition);
    List<Conjunct> conjuncts = new ArrayList<>();
    boolean broken = false;
    for (Term part : parts) {
      Typed typed = terms.condition(part, where);
      broken |= typed.isBroken();
      Conjunct.split(typed.expression())
          .forEach(expression -> conjuncts.add(new Conjunct(expression, part.at())));
    }
    return broken ? null : conjuncts;
  }
}

package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Function.Syntax;
import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.Source;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Query;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A FROM clause to a join tree and the scope of its columns. */
final class FromAnalyser {

  private final SelectAnalyser selects;
  private final Names names;
  private final Schema schema;
  private final Refusals refusals;
  private final Scope scope;
  private final TermAnalyser terms;

  FromAnalyser(
      SelectAnalyser selects,
      Names names,
      Schema schema,
      Refusals refusals,
      Scope scope,
      TermAnalyser terms) {
    this.selects = selects;
    this.names = names;
    this.schema = schema;
    this.refusals = refusals;
    this.scope = scope;
    this.terms = terms;
  }

  /** The whole clause; {@code null} when a part is refused. */
  @Nullable JoinTree analyse(List<Query.From> items) {
    JoinTree tree = null;
    boolean broken = items.isEmpty();
    for (Query.From item : items) {
      JoinTree next = analyse(item);
      broken |= next == null;
      if (tree == null) {
        tree = next;
      } else if (next != null) {
        tree = new JoinTree.Pair(item.at(), false, tree, next, List.of());
      }
    }
    return broken ? null : tree;
  }

  private @Nullable JoinTree analyse(Query.From from) {
    if (from instanceof Query.Table table) {
      return table(table);
    }
    if (from instanceof Query.Derived derived) {
      Optional<Relation> relation = selects.analyse(derived.query(), names);
      String alias = derived.alias();
      return relation
          .map(found -> leaf(derived.at(), alias, found, derived.columns()))
          .orElse(null);
    }
    return join((Query.Joined) from);
  }

  private @Nullable JoinTree table(Query.Table table) {
    List<String> name = table.name();
    String bare = name.get(name.size() - 1);
    String alias = table.alias() == null ? bare : table.alias();
    if (name.size() == 1) {
      Names.Named named = names.find(bare);
      if (named != null) {
        return selects
            .analyse(named.query().query(), named.outer())
            .map(
                found ->
                    leaf(
                        table.at(),
                        alias,
                        found,
                        table.columns().isEmpty() ? named.query().columns() : table.columns()))
            .orElse(null);
      }
    }
    Optional<TableSchema> found =
        schema.table(name.size() > 1 ? name.get(name.size() - 2) : null, bare);
    if (found.isEmpty()) {
      refusals.error(
          table.at(),
          "there is no table %s in the source database%s"
              .formatted(
                  String.join(".", name),
                  Suggestion.of(String.join(".", name), schema.tables().stream())));
      return null;
    }
    return source(table, alias, found.get());
  }

  private @Nullable JoinTree source(Query.Table table, String alias, TableSchema found) {
    if (found.key().isEmpty()) {
      refusals.unsupported(
          table.at(),
          "table %s without a primary key".formatted(found.name()),
          "ALTER TABLE %s ADD PRIMARY KEY (…)".formatted(found.name().quoted()));
      return null;
    }
    List<TableSchema.TableColumn> ordered = new ArrayList<>();
    for (String key : found.key()) {
      found.columns().stream().filter(c -> c.name().equals(key)).forEach(ordered::add);
    }
    found.columns().stream().filter(c -> !found.key().contains(c.name())).forEach(ordered::add);
    for (TableSchema.TableColumn key : ordered.subList(0, found.key().size())) {
      if (key.type() == null || !key.type().kind().hasEquality()) {
        refusals.unsupported(
            table.at(),
            "table %s with key column %s of type %s"
                .formatted(found.name(), key.name(), key.typeName()),
            "a key is an integer, text, uuid, date, timestamp, numeric, boolean or enum");
        return null;
      }
    }
    int first = scope.size();
    List<Integer> key = new ArrayList<>();
    for (int i = 0; i < found.key().size(); i++) {
      key.add(first + i);
    }
    int relation = addRelation(table.at(), alias, key);
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      TableSchema.TableColumn c = ordered.get(i);
      String name = i < table.columns().size() ? table.columns().get(i) : c.name();
      scope.add(
          new Scope.Entry(
              relation, name, c.type(), c.typeName(), c.nullable(), c.codePointOrder(), false));
      columns.add(new Column(c.name(), c.type() == null ? PgType.TEXT : c.type(), c.nullable()));
    }
    return new JoinTree.Leaf(new Source(found.name(), columns, found.key().size()), first);
  }

  private int addRelation(Position at, String alias, List<Integer> key) {
    if (!alias.isEmpty() && scope.hasRelation(alias)) {
      refusals.error(at, "\"%s\" stands twice in FROM: give one an alias".formatted(alias));
    }
    return scope.addRelation(alias, key);
  }

  private JoinTree leaf(Position at, String alias, Relation found, List<String> names) {
    int first = scope.size();
    int relation = addRelation(at, alias, List.of());
    for (int i = 0; i < found.columns().size(); i++) {
      Relation.Output column = found.columns().get(i);
      String name = i < names.size() ? names.get(i) : column.name();
      PgType type = column.typed().type();
      scope.add(
          new Scope.Entry(
              relation,
              name,
              type,
              type.toString(),
              column.nullable(),
              column.typed().codePointOrder(),
              false));
    }
    return new JoinTree.Leaf(found.node(), first);
  }

  private @Nullable JoinTree join(Query.Joined join) {
    JoinTree one = analyse(join.one());
    JoinTree other = analyse(join.other());
    if (one == null || other == null) {
      return null;
    }
    List<Conjunct> on = new ArrayList<>();
    Term condition = join.on();
    boolean broken = false;
    if (condition != null) {
      List<Conjunct> parts = selects.conjuncts(condition, "JOIN/ON", terms);
      broken = parts == null;
      if (parts != null) {
        on.addAll(parts);
      }
    }
    for (String column : join.using()) {
      Conjunct equal = using(join, one, other, column);
      broken |= equal == null;
      if (equal != null) {
        on.add(equal);
      }
    }
    if (join.left()) {
      scope.makeNullable(other.first(), other.first() + other.width());
    }
    return broken ? null : new JoinTree.Pair(join.at(), join.left(), one, other, on);
  }

  private @Nullable Conjunct using(Query.Joined join, JoinTree one, JoinTree other, String column) {
    Integer left = only(scope.find("", column), one);
    Integer right = only(scope.find("", column), other);
    if (left == null || right == null) {
      refusals.error(
          join.at(), "column \"%s\" of USING is not on both sides once".formatted(column));
      return null;
    }
    Typed equal =
        terms.calls().apply("=", Syntax.BINARY, List.of(input(left), input(right)), join.at());
    scope.hide(right);
    return equal.isBroken() ? null : new Conjunct(equal.expression(), join.at());
  }

  private Typed input(int index) {
    Scope.Entry entry = scope.entry(index);
    PgType type = entry.type() == null ? PgType.TEXT : entry.type();
    return new Typed(new Input(index, type), entry.codePointOrder());
  }

  private static @Nullable Integer only(List<Integer> found, JoinTree part) {
    List<Integer> inside =
        found.stream().filter(i -> i >= part.first() && i < part.first() + part.width()).toList();
    return inside.size() == 1 ? inside.get(0) : null;
  }
}

package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Input;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Query;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.Term;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The list behind SELECT: stars spelt out, each column with its name. Not thread-safe. */
final class SelectList {

  private final Scope scope;
  private final TermAnalyser terms;
  private final Refusals refusals;
  private final List<Relation.Output> outputs = new ArrayList<>();
  private final List<Position> places = new ArrayList<>();

  SelectList(Scope scope, TermAnalyser terms, Refusals refusals) {
    this.scope = scope;
    this.terms = terms;
    this.refusals = refusals;
  }

  /** Where each column stands in the text. */
  List<Position> places() {
    return places;
  }

  List<Relation.Output> outputs() {
    return outputs;
  }

  /** The columns; {@code null} when one is refused. */
  @Nullable List<Relation.Output> outputs(List<Query.Item> items) {
    for (Query.Item item : items) {
      Term term = item.term();
      if (term == null) {
        star(item);
      } else {
        Typed typed = terms.analyse(term);
        String alias = item.alias();
        add(alias == null ? name(term) : alias, typed, item.at());
      }
    }
    return outputs.stream().anyMatch(output -> output.typed().isBroken()) ? null : outputs;
  }

  private void add(String name, Typed typed, Position at) {
    outputs.add(new Relation.Output(name, typed, true));
    places.add(at);
  }

  private void star(Query.Item item) {
    String alias = item.qualifier();
    if (!alias.isEmpty() && !scope.hasRelation(alias)) {
      refusals.error(item.at(), "there is no table \"%s\" in FROM".formatted(alias));
      return;
    }
    for (int i = 0; i < scope.size(); i++) {
      Scope.Entry entry = scope.entry(i);
      boolean wanted =
          alias.isEmpty()
              ? !entry.hidden()
              : scope.relation(entry.relation()).alias().equals(alias);
      if (wanted) {
        column(i, entry, item.at());
      }
    }
  }

  private void column(int index, Scope.Entry entry, Position at) {
    if (entry.type() == null) {
      refusals.unsupported(
          at,
          "column \"%s\" of type %s".formatted(entry.name(), entry.typeName()),
          "name the columns you want instead of *");
      add(entry.name(), Typed.BROKEN, at);
      return;
    }
    Input input = new Input(index, entry.type());
    terms.place(input, at);
    add(entry.name(), new Typed(input, entry.codePointOrder()), at);
  }

  /** What Postgres calls a column without alias (FigureColname of parse_target.c). */
  static String name(Term term) {
    if (term instanceof Term.Name name) {
      return name.parts().get(name.parts().size() - 1);
    }
    if (term instanceof Term.FunctionCall call) {
      return call.name();
    }
    if (term instanceof Term.Cast cast) {
      String inner = name(cast.operand());
      return inner.equals("?column?") || inner.equals("case") ? cast.type().name() : inner;
    }
    if (term instanceof Term.Collate collate) {
      return name(collate.operand());
    }
    if (term instanceof Term.CaseWhen caseWhen) {
      Term otherwise = caseWhen.otherwise();
      String last = otherwise == null ? "?column?" : name(otherwise);
      return last.equals("?column?") ? "case" : last;
    }
    return "?column?";
  }
}

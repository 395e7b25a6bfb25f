package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Session;
import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Node;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Query;
import dev.freshet.materializer.sql.parse.Refusals;
import dev.freshet.materializer.sql.parse.SelectParser;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SQL to a {@link ViewPlan}. What is accepted means what it means in Postgres; everything else is
 * refused, all at once. Thread-safe.
 */
public final class ViewCompiler {

  private static final Position START = new Position(1, 1);

  private final Schema schema;
  private final ZoneId zone;

  /**
   * @param zone the session time zone in which the SQL is understood
   */
  public ViewCompiler(Schema schema, ZoneId zone) {
    this.schema = schema;
    this.zone = zone;
  }

  /**
   * The plan of a SELECT, or of a CREATE [MATERIALIZED] VIEW around one.
   *
   * @param name what the view is called; the text's own name does not count
   * @throws ViewRefusedException with every reason
   */
  public ViewPlan compile(String name, String sql) throws ViewRefusedException {
    Refusals refusals = new Refusals();
    Optional<ViewPlan> plan =
        SelectParser.parse(sql, refusals).flatMap(query -> plan(name, sql, query, refusals));
    if (!refusals.isEmpty() || plan.isEmpty()) {
      throw new ViewRefusedException(sql, refusals.all());
    }
    return plan.get();
  }

  private Optional<ViewPlan> plan(String name, String sql, Query query, Refusals refusals) {
    Session session = new Session(zone, schema.caseMapping());
    Coercion coercion = new Coercion(session, refusals);
    Optional<Relation> relation =
        new SelectAnalyser(schema, coercion, refusals).analyse(query, Names.NONE);
    if (relation.isEmpty() || !refusals.isEmpty()) {
      return Optional.empty();
    }
    Node root = Pruning.prune(relation.get().node());
    checkColumns(root.columns(), query, refusals);
    try {
      List<Integer> key = Keys.of(root);
      for (int column : key) {
        if (root.columns().get(column).type().kind() == PgType.Kind.BPCHAR) {
          refusals.unsupported(START, "a key of type char(n)", "cast it to text");
        }
      }
      return Optional.of(new ViewPlan(name, SelectParser.select(sql, query), root, key, zone));
    } catch (Keys.MissingKeyException e) {
      refusals.error(query.body().at(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static void checkColumns(List<Column> columns, Query query, Refusals refusals) {
    Set<String> names = new HashSet<>();
    Position at = query.body().at();
    for (Column column : columns) {
      if (column.name().equals("?column?")) {
        refusals.error(at, "a column has no name: give it one with AS");
      } else if (!names.add(column.name())) {
        refusals.error(
            at, "two columns are called \"%s\": give one another name".formatted(column.name()));
      }
    }
  }
}

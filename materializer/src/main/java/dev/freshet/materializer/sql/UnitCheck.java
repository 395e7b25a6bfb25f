package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Function;
import dev.freshet.materializer.expression.TimeUnits;
import dev.freshet.materializer.plan.PgType.Kind;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Refusals;
import java.util.List;

/** The unit of {@code date_trunc} and the field of {@code extract}, when they are literals. */
final class UnitCheck {

  private UnitCheck() {}

  static boolean accepts(Function function, List<Typed> arguments, Position at, Refusals refusals) {
    String unit = CallAnalyser.constantText(arguments.get(0));
    if (unit == null) {
      return true;
    }
    Kind kind = function.arguments().get(1);
    boolean known =
        function.name().equals("extract")
            ? TimeUnits.canExtract(unit, kind)
            : TimeUnits.canTruncate(unit);
    if (!known) {
      refusals.unsupported(
          at,
          "%s of \"%s\" from %s".formatted(function.name(), unit, arguments.get(1).type()),
          "docs/reference/sql.md lists the units");
    }
    return known;
  }
}

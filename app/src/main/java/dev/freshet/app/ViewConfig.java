package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Shorthand;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Optional;

/** A view to keep. */
@Doc("A view to keep. Written as a text, it is the SQL.")
@Shorthand("sql")
public record ViewConfig(
    @Doc("The SELECT whose result is kept.")
        @Example("select org_id, count(*) as readings from readings group by org_id")
        String sql,
    @Doc(
            "The Postgres table for its rows, made by Freshet; the view's name in public when left out.")
        @Example("public.org_totals")
        Optional<TableName> table,
    @Doc("The session time zone in which the SQL is understood.") @Default("UTC") String zone) {

  public ViewConfig {
    if (sql.isBlank()) {
      throw new InvalidValue("sql", "a view has a SELECT", "write one, or remove the view");
    }
    try {
      ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new InvalidValue(
          "zone", "there is no time zone \"" + zone + "\"", "write one as Europe/Berlin");
    }
  }
}

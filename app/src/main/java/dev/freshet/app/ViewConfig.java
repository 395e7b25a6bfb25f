package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Shorthand;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** A view to keep. */
@Doc("A view to keep. Written as a text, it is the SQL.")
@Shorthand("sql")
public record ViewConfig(
    @Doc("The SELECT whose result is kept; or name a file that has it.")
        @Example("select org_id, count(*) as readings from readings group by org_id")
        Optional<String> sql,
    @Doc("The file with the SELECT; a relative name begins at the config file.")
        @Example("views/org_totals.sql")
        Optional<SqlFile> file,
    @Doc(
            "The Postgres table for its rows, made by Freshet; the view's name in public when left out.")
        @Example("public.org_totals")
        Optional<TableName> table,
    @Doc(
            "What a row that changes makes stale, once the table shows it: tags with columns of the"
                + " view's key, such as the columns it is grouped by.")
        @Default("[]")
        @Example("[\"org-totals:{org_id}\"]")
        List<TagTemplate> tags,
    @Doc("The session time zone in which the SQL is understood.") @Default("UTC") String zone) {

  public ViewConfig {
    tags = List.copyOf(tags);
    if (sql.isPresent() && file.isPresent()) {
      throw new InvalidValue("file", "a view has its SQL twice", "keep sql, or file");
    }
    if (sql.or(() -> file.map(SqlFile::text)).filter(text -> !text.isBlank()).isEmpty()) {
      throw new InvalidValue(
          file.isPresent() ? "file" : "sql",
          file.map(from -> from + " is empty").orElse("a view has a SELECT"),
          "write one, or remove the view");
    }
    try {
      ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new InvalidValue(
          "zone", "there is no time zone \"" + zone + "\"", "write one as Europe/Berlin");
    }
  }

  /** The SELECT, wherever it was written. */
  public String select() {
    return sql.orElseGet(() -> file.map(SqlFile::text).orElse(""));
  }
}

package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import java.time.ZoneId;
import java.util.List;

/**
 * A view's SQL and where it was written.
 *
 * @param name what the view is called
 * @param origin where the SQL is, for people: {@code view org_totals (views/org_totals.sql)}
 * @param table for its rows
 * @param tags of its rows
 */
public record ViewText(
    String name, String origin, String sql, TableName table, ZoneId zone, List<TagTemplate> tags) {

  /** A view of a config file. */
  static ViewText of(String name, ViewConfig view) {
    return new ViewText(
        name,
        "view " + name + view.file().map(file -> " (" + file + ")").orElse(""),
        view.select(),
        view.table().orElseGet(() -> new TableName("public", name)),
        ZoneId.of(view.zone()),
        view.tags());
  }
}

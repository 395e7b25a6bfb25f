package dev.freshet.app.demo;

import dev.freshet.events.TableName;
import dev.freshet.invalidation.TagRules;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A cached page of the demo: an organization's dashboard, or a facility's.
 *
 * @param kind which of the two
 * @param id the organization's or the facility's
 */
record Page(Kind kind, int id) {

  private static final Pattern COMMA = Pattern.compile(",");

  /** A page's query and the tables it reads. */
  enum Kind {
    ORG(
        """
        SELECT o.name, o.sector,
               (SELECT count(*) FROM facilities f WHERE f.organization_id = o.id),
               (SELECT coalesce(sum(r.kilograms), 0) FROM readings r WHERE r.organization_id = o.id),
               (SELECT coalesce(sum(t.kilograms), 0) FROM targets t WHERE t.organization_id = o.id)
        FROM organizations o WHERE o.id = ?""",
        "organizations,facilities,readings,targets"),
    FACILITY(
        """
        SELECT f.name, f.organization_id, count(r.id), coalesce(sum(r.kilograms), 0),
               coalesce(max(r.id), 0)
        FROM facilities f LEFT JOIN readings r ON r.facility_id = f.id
        WHERE f.id = ? GROUP BY f.id""",
        "facilities,readings");

    private final String sql;
    private final String tables;

    Kind(String sql, String tables) {
      this.sql = sql;
      this.tables = tables;
    }
  }

  static Page org(int id) {
    return new Page(Kind.ORG, id);
  }

  static Page facility(int id) {
    return new Page(Kind.FACILITY, id);
  }

  static List<Page> all() {
    List<Page> pages = new ArrayList<>();
    for (int id = 1; id <= DemoDatabase.ORGANIZATIONS; id++) {
      pages.add(org(id));
    }
    for (int id = 1; id <= DemoDatabase.FACILITIES; id++) {
      pages.add(facility(id));
    }
    return pages;
  }

  /** The route an application would serve it under. */
  String route() {
    return kind == Kind.ORG ? "/organizations/{id}" : "/facilities/{id}";
  }

  /** What the application calls it in its cache. */
  String key() {
    return (kind == Kind.ORG ? "dashboard:org:" : "dashboard:facility:") + id;
  }

  /** Everything whose change makes it stale. */
  List<String> tags() {
    List<String> tags = new ArrayList<>();
    tags.add((kind == Kind.ORG ? "org:" : "facility:") + id);
    COMMA
        .splitAsStream(kind.tables)
        .forEach(table -> tags.add(TagRules.tableTag(new TableName("public", table))));
    return tags;
  }

  /** The page as the database has it now. */
  String load(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(kind.sql)) {
      statement.setInt(1, id);
      try (ResultSet row = statement.executeQuery()) {
        StringBuilder text = new StringBuilder();
        int columns = row.getMetaData().getColumnCount();
        if (row.next()) {
          for (int i = 1; i <= columns; i++) {
            text.append(i == 1 ? "" : " | ").append(row.getString(i));
          }
        }
        return text.toString();
      }
    }
  }
}

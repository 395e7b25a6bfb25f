package dev.freshet.ingest;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.ingest.PublicationSetup.Publication;
import dev.freshet.runtime.CheckResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** Whether the publication covers the tables and every operation on them. */
final class PublicationCheck {

  private static final String SUBJECT = "postgres.publication";

  private PublicationCheck() {}

  static CheckResult check(
      Connection connection, IngestConfig config, Topics topics, Collection<TableName> tables)
      throws SQLException {
    String name = config.publicationIn(topics);
    List<String> statements =
        PublicationSetup.missing(connection, name, tables).stream()
            .filter(sql -> !sql.contains(" DROP TABLE ")) // more than needed does no harm
            .toList();
    if (statements.isEmpty()) {
      return CheckResult.ok(SUBJECT, name + " covers " + tables.size() + " tables");
    }
    boolean exists = Publication.read(connection, name).exists();
    String sql = String.join(";\n", statements) + ";";
    String found =
        exists
            ? "publication %s does not cover what is needed".formatted(name)
            : "there is no publication " + name;
    if (!config.managePublication()) {
      return CheckResult.fail(SUBJECT, found, sql);
    }
    List<String> lacking = PublicationRights.lacking(connection, name, tables);
    return lacking.isEmpty()
        ? CheckResult.ok(SUBJECT, found + "; Freshet does it at start: " + sql)
        : CheckResult.warn(
            SUBJECT,
            "%s, and this role may not do it: %s".formatted(found, String.join(", ", lacking)),
            "let an owner of the tables run the following and set ingest.manage-publication: false,"
                + " or give this role what it lacks:\n"
                + sql);
  }
}

package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Session.CaseMapping;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the compiler asks about the source database. */
public interface Schema {

  /**
   * A table by its name as written.
   *
   * @param schema {@code null} when the name has none: the search path decides
   */
  Optional<TableSchema> table(@Nullable String schema, String table);

  /** Every table as one would write it, for "did you mean". */
  default List<String> tables() {
    return List.of();
  }

  /** An enum by its bare name. */
  Optional<PgType> enumeration(String name);

  /** How the database folds case. */
  CaseMapping caseMapping();

  /** Whether the database's default collation orders text by code point. */
  boolean codePointOrder();
}

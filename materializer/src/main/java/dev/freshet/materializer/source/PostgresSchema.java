package dev.freshet.materializer.source;

import dev.freshet.events.TableName;
import dev.freshet.materializer.expression.Session.CaseMapping;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.sql.Schema;
import dev.freshet.materializer.sql.TableSchema;
import dev.freshet.materializer.sql.TableSchema.TableColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables as Postgres's catalog has them now; each is read once. Not thread-safe.
 *
 * <p>Errors of the database come out as {@link CatalogException}.
 */
public final class PostgresSchema implements Schema {

  private static final String FIND =
      """
      SELECT n.nspname, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = ? AND c.relkind IN ('r', 'p')
        AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ? END
      """;

  private static final String TABLES =
      """
      SELECT CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      ORDER BY 1 LIMIT 10000
      """;

  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS shown,
        coalesce(b.typname, t.typname) AS typname, coalesce(b.typtype, t.typtype) AS typtype,
        CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod,
        format_type(coalesce(b.oid, t.oid), NULL) AS plain,
        NOT (a.attnotnull OR t.typnotnull) AS nullable, a.attgenerated <> '' AS generated,
        l.collname, l.collprovider, coalesce(l.collisdeterministic, true) AS deterministic
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
      WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  private static final String KEY =
      """
      SELECT a.attname FROM pg_index i
        CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = ?::oid AND i.indisprimary ORDER BY k.place
      """;

  private static final String LOCALE =
      """
      SELECT coalesce(d ->> 'datlocprovider', 'c') AS provider, d ->> 'datcollate' AS collate,
        d ->> 'datctype' AS ctype, coalesce(d ->> 'datlocale', d ->> 'daticulocale', '') AS locale
      FROM (SELECT to_jsonb(x) AS d FROM pg_database x WHERE datname = current_database()) y
      """;

  private static final String ENUM =
      "SELECT format_type(oid, NULL) FROM pg_type WHERE typname = ? AND typtype = 'e'"
          + " AND pg_type_is_visible(oid)";

  private static final int HEADER = 4; // bytes Postgres adds to the length in a type's modifier

  private final Connection connection;
  private final Locale locale;
  private final Map<List<@Nullable String>, Optional<TableSchema>> tables = new HashMap<>();

  /** How the database orders text and folds case. */
  private record Locale(boolean codePointOrder, CaseMapping caseMapping) {}

  /**
   * @param connection used by this object alone, while it is used; not closed
   */
  public PostgresSchema(Connection connection) {
    this.connection = connection;
    this.locale = query(LOCALE, List.of(), PostgresSchema::locale).get(0);
  }

  private static Locale locale(ResultSet row) throws SQLException {
    String collate = row.getString("collate");
    String ctype = row.getString("ctype");
    String name = row.getString("locale");
    return switch (row.getString("provider")) {
      case "i" -> new Locale(false, CaseMapping.FULL);
      case "b" ->
          new Locale(
              true,
              name.equals("C")
                  ? CaseMapping.ASCII
                  : name.equals("PG_UNICODE_FAST") ? CaseMapping.FULL : CaseMapping.SIMPLE);
      default ->
          new Locale(isCodePoint(collate), isC(ctype) ? CaseMapping.ASCII : CaseMapping.SIMPLE);
    };
  }

  private static boolean isC(String locale) {
    return locale.equals("C") || locale.equals("POSIX");
  }

  private static boolean isCodePoint(String locale) {
    return isC(locale) || locale.toUpperCase(java.util.Locale.ROOT).startsWith("C.");
  }

  @Override
  public List<String> tables() {
    return query(TABLES, List.of(), row -> row.getString(1));
  }

  @Override
  public Optional<TableSchema> table(@Nullable String schema, String table) {
    List<@Nullable String> key = new ArrayList<>();
    key.add(schema);
    key.add(table);
    Optional<TableSchema> known = tables.get(key);
    if (known == null) {
      known = find(schema, table);
      tables.put(key, known);
    }
    return known;
  }

  private Optional<TableSchema> find(@Nullable String schema, String table) {
    List<@Nullable Object> names = new ArrayList<>();
    names.add(table);
    names.add(schema);
    names.add(schema);
    record Found(String schema, long oid) {}
    List<Found> found = query(FIND, names, row -> new Found(row.getString(1), row.getLong(2)));
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<@Nullable Object> oid = List.of(Long.toString(found.get(0).oid));
    return Optional.of(
        new TableSchema(
            new TableName(found.get(0).schema, table),
            query(COLUMNS, oid, this::column),
            query(KEY, oid, row -> row.getString(1))));
  }

  private TableColumn column(ResultSet row) throws SQLException {
    String shown = row.getString("shown");
    boolean generated = row.getBoolean("generated");
    String collation = row.getString("collname");
    boolean usable = !generated && row.getBoolean("deterministic");
    PgType type = usable ? type(row) : null;
    return new TableColumn(
        row.getString("attname"),
        type,
        generated ? shown + " (generated, not in the log)" : shown,
        row.getBoolean("nullable"),
        collation == null
            || (collation.equals("default") ? locale.codePointOrder : isCodePoint(collation)));
  }

  private static @Nullable PgType type(ResultSet row) throws SQLException {
    int modifier = row.getInt("typmod");
    if (row.getString("typtype").equals("e")) {
      return PgType.enumeration(row.getString("plain"));
    }
    String name = row.getString("typname");
    return switch (name) {
      case "numeric" -> numeric(modifier);
      case "varchar" -> sized(PgType.VARCHAR, modifier - HEADER);
      case "bpchar" -> sized(PgType.BPCHAR, modifier - HEADER);
      case "timestamp" -> sized(PgType.TIMESTAMP, modifier);
      case "timestamptz" -> sized(PgType.TIMESTAMPTZ, modifier);
      default -> TypeNames.plain(name);
    };
  }

  private static PgType sized(PgType plain, int length) {
    return length < 0 ? plain : PgType.sized(plain.kind(), length);
  }

  private static PgType numeric(int modifier) {
    if (modifier < HEADER) {
      return PgType.NUMERIC;
    }
    int packed = modifier - HEADER;
    int scale = ((packed & 0x7ff) ^ 1024) - 1024; // 11 bits with sign
    return PgType.numeric(packed >> 16 & 0xffff, scale);
  }

  @Override
  public Optional<PgType> enumeration(String name) {
    return query(ENUM, List.of(name), row -> PgType.enumeration(row.getString(1))).stream()
        .findFirst();
  }

  @Override
  public CaseMapping caseMapping() {
    return locale.caseMapping;
  }

  @Override
  public boolean codePointOrder() {
    return locale.codePointOrder;
  }

  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String sql, List<@Nullable Object> arguments, Reader<T> reader) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.size(); i++) {
        statement.setObject(i + 1, arguments.get(i), java.sql.Types.VARCHAR);
      }
      List<T> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          rows.add(reader.read(result));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new CatalogException("Postgres's catalog could not be read: " + e.getMessage(), e);
    }
  }
}

package dev.freshet.materializer.sql;

import dev.freshet.events.TableName;
import dev.freshet.materializer.expression.Session.CaseMapping;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.sql.TableSchema.TableColumn;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables the compiler's tests are about. */
final class Shop implements Schema {

  private static final PgType STATUS = PgType.enumeration("status");

  private final boolean codePointOrder;

  Shop(boolean codePointOrder) {
    this.codePointOrder = codePointOrder;
  }

  private TableSchema orders() {
    return new TableSchema(
        new TableName("public", "orders"),
        List.of(
            TableColumn.of("id", PgType.INT8, false),
            TableColumn.of("customer_id", PgType.INT4, true),
            text("note"),
            TableColumn.of("amount", PgType.numeric(14, 4), true),
            TableColumn.of("quantity", PgType.INT4, true),
            TableColumn.of("weight", PgType.FLOAT8, true),
            TableColumn.of("paid", PgType.BOOL, true),
            TableColumn.of("placed_at", PgType.TIMESTAMPTZ, true),
            TableColumn.of("local_at", PgType.TIMESTAMP, true),
            TableColumn.of("day", PgType.DATE, true),
            TableColumn.of("payload", PgType.JSONB, true),
            TableColumn.of("status", STATUS, true),
            new TableColumn("tags", null, "text[]", true, true)),
        List.of("id"));
  }

  private TableSchema customers() {
    return new TableSchema(
        new TableName("public", "customers"),
        List.of(TableColumn.of("id", PgType.INT4, false), text("name"), text("region")),
        List.of("id"));
  }

  private static TableSchema keyless() {
    return new TableSchema(
        new TableName("public", "log"), List.of(TableColumn.of("a", PgType.INT4, true)), List.of());
  }

  private TableColumn text(String name) {
    return new TableColumn(name, PgType.TEXT, "text", true, codePointOrder);
  }

  @Override
  public Optional<TableSchema> table(@Nullable String schema, String table) {
    return List.of(orders(), customers(), keyless()).stream()
        .filter(t -> t.name().table().equals(table))
        .findFirst();
  }

  @Override
  public Optional<PgType> enumeration(String name) {
    return name.equals("status") ? Optional.of(STATUS) : Optional.empty();
  }

  @Override
  public CaseMapping caseMapping() {
    return CaseMapping.SIMPLE;
  }

  @Override
  public boolean codePointOrder() {
    return codePointOrder;
  }
}

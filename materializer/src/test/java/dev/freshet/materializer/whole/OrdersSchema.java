package dev.freshet.materializer.whole;

import dev.freshet.events.TableName;
import dev.freshet.materializer.expression.Session.CaseMapping;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.sql.Schema;
import dev.freshet.materializer.sql.TableSchema;
import dev.freshet.materializer.sql.TableSchema.TableColumn;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The two tables of the whole-view comparison. */
final class OrdersSchema implements Schema {

  static final TableSchema ORDERS =
      new TableSchema(
          new TableName("public", "orders"),
          List.of(
              TableColumn.of("id", PgType.INT8, false),
              TableColumn.of("customer_id", PgType.INT4, true),
              TableColumn.of("status", PgType.TEXT, true),
              TableColumn.of("amount", PgType.numeric(14, 4), true),
              TableColumn.of("quantity", PgType.INT4, true),
              TableColumn.of("paid", PgType.BOOL, true),
              TableColumn.of("placed_at", PgType.TIMESTAMPTZ, true),
              TableColumn.of("local_at", PgType.TIMESTAMP, true),
              TableColumn.of("day", PgType.DATE, true),
              TableColumn.of("note", PgType.TEXT, true)),
          List.of("id"));

  static final TableSchema CUSTOMERS =
      new TableSchema(
          new TableName("public", "customers"),
          List.of(
              TableColumn.of("id", PgType.INT4, false),
              TableColumn.of("name", PgType.TEXT, true),
              TableColumn.of("region", PgType.TEXT, true),
              TableColumn.of("credit", PgType.NUMERIC, true)),
          List.of("id"));

  @Override
  public Optional<TableSchema> table(@Nullable String schema, String table) {
    return List.of(ORDERS, CUSTOMERS).stream()
        .filter(known -> known.name().table().equals(table))
        .findFirst();
  }

  @Override
  public Optional<PgType> enumeration(String name) {
    return Optional.empty();
  }

  @Override
  public CaseMapping caseMapping() {
    return CaseMapping.SIMPLE;
  }

  @Override
  public boolean codePointOrder() {
    return true;
  }
}

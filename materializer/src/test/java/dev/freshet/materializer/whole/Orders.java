package dev.freshet.materializer.whole;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.materializer.sql.TableSchema;
import dev.freshet.materializer.sql.TableSchema.TableColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Random transactions on the tables in Postgres, and the change events capture would write. */
final class Orders {

  private static final int MOST_IDS = 60;

  /** Changes of clocks: the hour that comes twice, the hour that does not come. */
  private static final Instant[] EDGES = {
    Instant.parse("2024-03-31T00:30:00Z"),
    Instant.parse("2024-10-27T00:10:00Z"),
    Instant.parse("2024-03-10T06:40:00Z"),
    Instant.parse("2024-11-03T05:20:00Z"),
    Instant.parse("1999-12-31T22:45:00Z")
  };

  private final Connection connection;
  private final Random random;
  private final Set<Long> orders = new HashSet<>();
  private final Set<Long> customers = new HashSet<>();
  private long lsn;

  Orders(Connection connection, Random random) {
    this.connection = connection;
    this.random = random;
  }

  void create(String zone) throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = '" + zone + "'");
      for (TableSchema table : List.of(OrdersSchema.ORDERS, OrdersSchema.CUSTOMERS)) {
        statement.execute("DROP TABLE IF EXISTS " + table.name());
        List<String> columns = new ArrayList<>();
        for (TableColumn column : table.columns()) {
          boolean text = column.typeName().equals("text");
          columns.add(column.name() + " " + column.typeName() + (text ? " COLLATE \"C\"" : ""));
        }
        statement.execute(
            "CREATE TABLE %s (%s, PRIMARY KEY (id))"
                .formatted(table.name(), String.join(", ", columns)));
      }
    }
  }

  /** Some changes in one transaction. */
  List<RowChange> change(int count) throws SQLException {
    List<RowChange> events = new ArrayList<>();
    connection.setAutoCommit(false);
    for (int i = 0; i < count; i++) {
      boolean customer = random.nextInt(5) == 0;
      TableSchema table = customer ? OrdersSchema.CUSTOMERS : OrdersSchema.ORDERS;
      Set<Long> ids = customer ? customers : orders;
      long id = random.nextLong(customer ? 8 : MOST_IDS);
      if (ids.contains(id) && random.nextInt(3) == 0) {
        delete(table, id, events);
        ids.remove(id);
      } else {
        put(table, id, ids.add(id), events);
      }
    }
    connection.setAutoCommit(true); // commits; a SELECT that fails leaves nothing behind
    return events;
  }

  /** No row left. */
  List<RowChange> empty() throws SQLException {
    List<RowChange> events = new ArrayList<>();
    connection.setAutoCommit(false);
    for (long id : orders) {
      delete(OrdersSchema.ORDERS, id, events);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE customers");
    }
    events.add(new RowChange.Truncate(from(OrdersSchema.CUSTOMERS)));
    connection.setAutoCommit(true); // commits; a SELECT that fails leaves nothing behind
    orders.clear();
    customers.clear();
    return events;
  }

  private ChangeSource from(TableSchema table) {
    return new ChangeSource(table.name(), "", new Lsn(++lsn), 1, 0);
  }

  private void delete(TableSchema table, long id, List<RowChange> events) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM %s WHERE id = %d".formatted(table.name(), id));
    }
    Row key = new Row(List.of("id"), List.of(Long.toString(id)));
    events.add(new RowChange.Delete(from(table), key));
  }

  private void put(TableSchema table, long id, boolean isNew, List<RowChange> events)
      throws SQLException {
    List<String> names = table.columns().stream().map(TableColumn::name).toList();
    List<@Nullable String> values = new ArrayList<>();
    for (TableColumn column : table.columns()) {
      values.add(column.name().equals("id") ? Long.toString(id) : value(column));
    }
    List<String> sets = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (TableColumn column : table.columns()) {
      sets.add(column.name() + " = EXCLUDED." + column.name());
      // An event shows a local time as if it were UTC.
      boolean local = column.typeName().equals("timestamp without time zone");
      places.add(local ? "?::timestamptz AT TIME ZONE 'UTC'" : "?::" + column.typeName());
    }
    String sql =
        "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (id) DO UPDATE SET %s"
            .formatted(
                table.name(),
                String.join(", ", names),
                String.join(", ", places),
                String.join(", ", sets));
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        insert.setString(i + 1, values.get(i));
      }
      insert.executeUpdate();
    }
    Row row = new Row(names, values);
    events.add(
        isNew
            ? new RowChange.Insert(from(table), row)
            : new RowChange.Update(from(table), null, row));
  }

  private @Nullable String value(TableColumn column) {
    if (random.nextInt(8) == 0) {
      return null;
    }
    return switch (Objects.requireNonNull(column.type()).kind()) {
      case INT4 ->
          Integer.toString(
              column.name().equals("customer_id") ? random.nextInt(9) : random.nextInt(7));
      case NUMERIC ->
          column.name().equals("amount")
              ? new java.math.BigDecimal(random.nextInt(20_000_000))
                  .movePointLeft(4)
                  .toPlainString()
              : new java.math.BigDecimal(random.nextInt(100_000))
                  .movePointLeft(random.nextInt(5))
                  .toPlainString();
      case BOOL -> Boolean.toString(random.nextBoolean());
      case TIMESTAMPTZ, TIMESTAMP -> time().toString();
      case DATE -> time().toString().substring(0, 10);
      default -> pick("ok", "void", "late", "Ä", "\uFFFD", "\uD83D\uDE00", "");
    };
  }

  private Instant time() {
    return EDGES[random.nextInt(EDGES.length)]
        .plus(random.nextInt(4) * 30L, ChronoUnit.MINUTES)
        .plus(random.nextInt(3), ChronoUnit.MICROS);
  }

  private String pick(String... from) {
    return from[random.nextInt(from.length)];
  }
}

package dev.freshet.materializer.view;

import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * Opens connections to the database that has the tables and the views. Thread-safe.
 *
 * @param postgres where it is
 * @param connections how to open one
 */
public record Database(PostgresConnection postgres, Connections connections) {

  private static final String CONNECT_SECONDS = "10";

  /** The database at this address. */
  public Database(PostgresConnection postgres) {
    this(postgres, () -> connect(postgres));
  }

  /** A connection in auto-commit mode; connecting is bounded to 10 s. */
  public Connection open() throws SQLException {
    return connections.open();
  }

  private static Connection connect(PostgresConnection postgres) throws SQLException {
    Properties properties = postgres.jdbcProperties();
    properties.putIfAbsent("connectTimeout", CONNECT_SECONDS);
    properties.putIfAbsent("loginTimeout", CONNECT_SECONDS);
    properties.putIfAbsent("tcpKeepAlive", "true");
    properties.putIfAbsent("ApplicationName", "freshet views");
    return DriverManager.getConnection(postgres.jdbcUrl(), properties);
  }

  /** What to tell people about a failure. */
  public FreshetException failed(String what, SQLException e) {
    String detail = "%s: %s".formatted(postgres, e.getMessage());
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08")
        ? FreshetException.unreachable(what, detail, "check that Postgres runs", e)
        : FreshetException.failed(what, detail, "", e);
  }
}

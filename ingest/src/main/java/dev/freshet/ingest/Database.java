package dev.freshet.ingest;

import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.PostgresConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Opens JDBC connections whose every wait is bounded. */
final class Database {

  private static final String CONNECT_SECONDS = "10";
  private static final String ANSWER_SECONDS = "30";

  private Database() {}

  static Connection open(PostgresConnection postgres) throws SQLException {
    return open(postgres, new Properties());
  }

  /**
   * @param special what this connection has of its own
   */
  static Connection open(PostgresConnection postgres, Properties special) throws SQLException {
    Properties properties = postgres.jdbcProperties();
    properties.putAll(special);
    properties.putIfAbsent("connectTimeout", CONNECT_SECONDS);
    properties.putIfAbsent("loginTimeout", CONNECT_SECONDS);
    properties.putIfAbsent("socketTimeout", ANSWER_SECONDS);
    properties.putIfAbsent("tcpKeepAlive", "true");
    properties.putIfAbsent("ApplicationName", "freshet ingest");
    return DriverManager.getConnection(postgres.jdbcUrl(), properties);
  }

  static FreshetException unreachable(PostgresConnection postgres, SQLException e) {
    return FreshetException.unreachable(
        "Postgres does not answer",
        "%s: %s".formatted(postgres, e.getMessage()),
        "check the address, the password and that the server accepts connections from here",
        e);
  }
}

package dev.freshet.app.demo;

import dev.freshet.embedded.PostgresAddress;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The demo's database: organizations, facilities, readings, targets. */
record DemoDatabase(PostgresAddress address) {

  static final int ORGANIZATIONS = 100;
  static final int FACILITIES = 500;

  Connection connect() {
    try {
      return DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
    } catch (SQLException e) {
      throw FreshetException.unreachable(
          "could not connect to the demo's Postgres", String.valueOf(e.getMessage()), "", e);
    }
  }

  /** Creates and fills the tables unless they are there; says whether they were. */
  boolean prepare() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery("SELECT to_regclass('public.targets')")) {
        row.next();
        if (row.getString(1) != null) {
          return false;
        }
      }
      connection.setAutoCommit(false);
      statement.execute(text("schema.sql"));
      statement.execute(text("seed.sql"));
      connection.commit();
      return true;
    } catch (SQLException e) {
      throw FreshetException.failed(
          "could not create the demo's tables", String.valueOf(e.getMessage()), "", e);
    }
  }

  static String text(String resource) {
    try (InputStream in = DemoDatabase.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

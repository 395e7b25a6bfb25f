package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;

/**
 * A Postgres database and who connects to it. The embedded server listens on loopback only and does
 * not check the password; it is there for clients that insist on one.
 *
 * @param port 1 to 65535
 */
public record PostgresAddress(
    String host, int port, String database, String user, String password) {

  public PostgresAddress {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port is " + port + "; it must be from 1 to 65535");
    }
  }

  /** For JDBC, without the credentials: {@code jdbc:postgresql://host:port/database}. */
  public String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + escape(database);
  }

  /** Everything in one line, percent-encoded: {@code postgres://user:password@host:port/db}. */
  public String uri() {
    return "postgres://"
        + escape(user)
        + ":"
        + escape(password)
        + "@"
        + host
        + ":"
        + port
        + "/"
        + escape(database);
  }

  /** The address without the password, fit for logs. */
  @Override
  public String toString() {
    return "postgres://" + user + "@" + host + ":" + port + "/" + database;
  }

  private static String escape(String part) {
    // URLEncoder writes forms, where a space is a plus; in an address that would be a plus.
    return URLEncoder.encode(part, UTF_8).replace("+", "%20");
  }
}

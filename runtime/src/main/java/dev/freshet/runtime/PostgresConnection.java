package dev.freshet.runtime;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How to reach one Postgres database.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 1 to 65535
 * @param password never shown by {@link #toString}
 * @param parameters further JDBC properties such as {@code sslmode}, passed through
 */
public record PostgresConnection(
    String host,
    int port,
    String database,
    String user,
    String password,
    Map<String, String> parameters) {

  private static final int DEFAULT_PORT = 5432;
  private static final String FORM = "postgres://user:password@host:5432/database?sslmode=require";

  public PostgresConnection {
    parameters = Map.copyOf(parameters);
    if (host.isEmpty() || database.isEmpty() || user.isEmpty()) {
      throw new IllegalArgumentException(
          "a Postgres address needs a host, a database and a user, as in " + FORM);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port is 1 to 65535, found " + port);
    }
  }

  /**
   * Reads {@code postgres://user:password@host:port/database?name=value}, each part
   * percent-encoded; the port may be left out (5432), and so may the password.
   *
   * @throws IllegalArgumentException saying what is missing; the password is never in the text
   */
  public static PostgresConnection parse(String address) {
    String rest = afterScheme(address);
    int question = rest.indexOf('?');
    Map<String, String> parameters =
        question < 0 ? Map.of() : parameters(rest.substring(question + 1));
    rest = question < 0 ? rest : rest.substring(0, question);
    int slash = rest.lastIndexOf('/');
    if (slash < 0 || slash == rest.length() - 1) {
      throw new IllegalArgumentException("the Postgres address names no database; write " + FORM);
    }
    String database = decode(rest.substring(slash + 1), "database");
    String authority = rest.substring(0, slash);
    int at = authority.lastIndexOf('@');
    if (at < 1) {
      throw new IllegalArgumentException("the Postgres address names no user; write " + FORM);
    }
    String who = authority.substring(0, at);
    int colon = who.indexOf(':');
    String user = decode(colon < 0 ? who : who.substring(0, colon), "user");
    String password = colon < 0 ? "" : decode(who.substring(colon + 1), "password");
    String where = authority.substring(at + 1);
    if (where.indexOf(',') >= 0) {
      throw new IllegalArgumentException(
          "the Postgres address has several hosts (%s): name the primary alone".formatted(where));
    }
    int portColon = where.indexOf(':', where.lastIndexOf(']') + 1);
    String host = portColon < 0 ? where : where.substring(0, portColon);
    int port = portColon < 0 ? DEFAULT_PORT : port(where.substring(portColon + 1));
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new PostgresConnection(decode(host, "host"), port, database, user, password, parameters);
  }

  private static String afterScheme(String address) {
    for (String scheme : new String[] {"postgres://", "postgresql://"}) {
      if (address.startsWith(scheme)) {
        return address.substring(scheme.length());
      }
    }
    throw new IllegalArgumentException("a Postgres address begins with postgres://, as in " + FORM);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new TreeMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(
            decode(pair.substring(0, equals), "parameter"),
            decode(pair.substring(equals + 1), "parameter"));
      } else if (!pair.isEmpty()) {
        throw new IllegalArgumentException(
            "a parameter of a Postgres address is name=value, found a part without \"=\"");
      }
    }
    return parameters;
  }

  private static int port(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a port is 1 to 65535, found \"" + text + "\"", e);
    }
  }

  private static String decode(String text, String part) {
    try {
      // URLDecoder reads forms, where a plus is a space; in an address it is a plus.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // The cause would quote the text, which may be a password.
      throw new IllegalArgumentException(
          "the %s of the Postgres address has a %% that is not followed by two hex digits; write %%25 for a percent sign"
              .formatted(part));
    }
  }

  /** The address for JDBC, without credentials and parameters. */
  public String jdbcUrl() {
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    String path = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    return "jdbc:postgresql://" + name + ":" + port + "/" + path;
  }

  /** User, password and parameters for JDBC; a new copy each time. */
  public Properties jdbcProperties() {
    Properties all = new Properties();
    all.putAll(parameters);
    all.put("user", user);
    all.put("password", password);
    return all;
  }

  /** The address without the password and without secret parameters, fit for logs. */
  @Override
  public String toString() {
    String shown =
        new TreeMap<>(parameters)
            .entrySet().stream()
                .filter(entry -> !entry.getKey().contains("password"))
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("&"));
    return "postgres://%s@%s:%d/%s%s"
        .formatted(user, host, port, database, shown.isEmpty() ? "" : "?" + shown);
  }
}

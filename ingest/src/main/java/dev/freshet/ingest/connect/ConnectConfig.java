package dev.freshet.ingest.connect;

import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import dev.freshet.runtime.config.Shorthand;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/** A Kafka Connect that captures in place of Freshet. */
@Doc(
    "A Kafka Connect cluster that captures in place of Freshet. Written as one text, it is the url.")
@Shorthand("url")
public record ConnectConfig(
    @Doc("Where a worker answers REST requests.") @Example("http://connect:8083") String url,
    @Doc("The connector's name; the namespace when left out.") @Example("shop")
        Optional<String> connector,
    @Doc(
            "Where the worker finds the database's password: the name of one of its config.providers,"
                + " a colon, and what that provider is asked for. The password itself is never sent.")
        @Default("env:PG_PASSWORD")
        @Example("file:/run/secrets/postgres.properties:password")
        String passwordFrom,
    @Doc("The Authorization header of each request, where the worker asks for one.")
        @Example("${file:/run/secrets/connect-authorization}")
        Optional<Secret> authorization) {

  private static final Pattern PROVIDED = Pattern.compile("[A-Za-z0-9_-]+:[^${}]+");

  public ConnectConfig {
    url = url.replaceAll("/+$", "");
    if (!isHttp(url)) {
      throw new InvalidValue(
          "url", "\"" + url + "\" is not an http address", "write it like http://connect:8083");
    }
    if (!PROVIDED.matcher(passwordFrom).matches()) {
      throw new InvalidValue(
          "passwordFrom",
          "\"" + passwordFrom + "\" does not name a provider of the worker",
          "write it like env:PG_PASSWORD or file:/run/secrets/postgres.properties:password");
    }
    if (connector.filter(name -> name.isBlank() || name.contains("/")).isPresent()) {
      throw new InvalidValue("connector", "a connector's name is not empty and has no slash");
    }
  }

  private static boolean isHttp(String text) {
    try {
      URI uri = URI.create(text);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** What stands in the connector's config in place of the password. */
  public String passwordReference() {
    return "${" + passwordFrom + "}";
  }

  /** The cluster it names. */
  public ConnectCluster cluster() {
    return new ConnectCluster(new ConnectHttp(url, authorization.map(Secret::reveal)));
  }
}

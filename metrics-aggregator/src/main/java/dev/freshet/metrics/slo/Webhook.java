package dev.freshet.metrics.slo;

import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** One place to post alerts to. */
@Doc("One place to post alerts to.")
public record Webhook(
    @Doc("Its address, https or http. Redirects are not followed.")
        @Example("https://hooks.example.com/freshet")
        String url,
    @Doc("Signs each post: the header Freshet-Signature is an HMAC-SHA256 of time and body.")
        @Example("${file:/run/secrets/webhook}")
        Optional<Secret> secret) {

  private static final int ID_BYTES = 4;

  public Webhook {
    URI address = parse(url);
    boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!http || address.getHost() == null || address.getUserInfo() != null) {
      throw new InvalidValue(
          "url",
          "a webhook is an http or https address without a user",
          "write https://hooks.example.com/freshet");
    }
  }

  URI address() {
    return parse(url);
  }

  /** Without path and query, where services hide their secrets. */
  String shown() {
    URI address = address();
    return address.getScheme() + "://" + address.getAuthority();
  }

  /** A name of its own in names of consumer groups, which tells nothing of its address. */
  String id() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(url.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private static URI parse(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new InvalidValue("url", "not an address: " + e.getReason());
    }
  }
}

package dev.freshet.ingest.pgbouncer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's side of SCRAM-SHA-256 (RFC 5802 and 7677), without channel binding, for one login.
 * The password is used as it is, without SASLprep: one of ASCII is the same either way.
 */
final class Scram {

  static final String NAME = "SCRAM-SHA-256";

  /** {@code n,,} in Base64: no channel is bound. */
  private static final String UNBOUND = "biws";

  private static final int KEY_BITS = 256;
  private static final int MOST_ROUNDS = 1_000_000;

  private final String user;
  private final String password;
  private final String nonce;
  private byte[] serverSignature = new byte[0];

  /**
   * @param user without commas and equals signs; Postgres and PgBouncer know it already
   * @param nonce printable and never used before
   */
  Scram(String user, String password, String nonce) {
    this.user = user;
    this.password = password;
    this.nonce = nonce;
  }

  String first() {
    return "n,," + bare();
  }

  private String bare() {
    return "n=" + user + ",r=" + nonce;
  }

  /** The answer to the server's first message. */
  String last(String serverFirst) throws IOException {
    Map<String, String> said = fields(serverFirst);
    String theirs = said.getOrDefault("r", "");
    int rounds = Integer.parseInt(said.getOrDefault("i", "0"));
    if (!theirs.startsWith(nonce) || rounds < 1 || rounds > MOST_ROUNDS) {
      throw new IOException("the login's challenge is not one of SCRAM");
    }
    byte[] salt = Base64.getDecoder().decode(said.getOrDefault("s", ""));
    String withoutProof = "c=" + UNBOUND + ",r=" + theirs;
    String all = bare() + "," + serverFirst + "," + withoutProof;
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password.toCharArray(), salt, rounds, KEY_BITS))
              .getEncoded();
      byte[] clientKey = hmac(salted, "Client Key");
      byte[] proof = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), all);
      for (int i = 0; i < proof.length; i++) {
        proof[i] ^= clientKey[i];
      }
      serverSignature = hmac(hmac(salted, "Server Key"), all);
      return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
    } catch (GeneralSecurityException e) {
      throw new IOException("could not answer the login's challenge", e);
    }
  }

  /** Whether the server has shown that it knows the password as well. */
  void check(String serverLast) throws IOException {
    byte[] shown = Base64.getDecoder().decode(fields(serverLast).getOrDefault("v", ""));
    if (!MessageDigest.isEqual(serverSignature, shown)) {
      throw new IOException("the server does not know the password: is it another one?");
    }
  }

  private static Map<String, String> fields(String message) {
    Map<String, String> fields = new HashMap<>();
    for (String field : message.split(",", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return fields;
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}

package dev.freshet.recording;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 in hexadecimal. */
final class Hex {

  private Hex() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  static String of(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  /** Over the lines {@code topic partition sha256}, in the order of topic and partition. */
  static String sha256Of(List<Manifest.Stream> streams) {
    MessageDigest all = sha256();
    streams.stream()
        .sorted(
            Comparator.comparing(Manifest.Stream::topic)
                .thenComparingInt(Manifest.Stream::partition))
        .map(s -> "%s %d %s\n".formatted(s.topic(), s.partition(), s.sha256()))
        .forEach(line -> all.update(line.getBytes(StandardCharsets.UTF_8)));
    return of(all.digest());
  }
}

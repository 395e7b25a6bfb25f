package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * An HTTP header that tells a content delivery network which tags a response carries, so that it
 * can be purged by them.
 *
 * <p>A response whose tags do not all fit must not be cached there: purging one of the omitted tags
 * would not reach it. Then {@link #complete} is false.
 *
 * @param name of the header
 * @param value the tags, with what would end one percent-encoded
 * @param omitted tags that did not fit, in order
 */
public record TagHeader(String name, String value, List<String> omitted) {

  /** {@code Cache-Tag: a,b} takes 16 KiB in all and 1,024 bytes a tag (Cloudflare). */
  public static final int CACHE_TAG_BYTES = 16 * 1024;

  /** {@code Surrogate-Key: a b} takes 16,384 bytes in all and 1,024 bytes a key (Fastly). */
  public static final int SURROGATE_KEY_BYTES = 16_384;

  private static final int TAG_BYTES = 1024;

  public TagHeader {
    omitted = List.copyOf(omitted);
  }

  /** {@code Cache-Tag}, separated by commas, within the bounds of Cloudflare. */
  public static TagHeader cacheTag(Collection<String> tags) {
    return of("Cache-Tag", tags, ',', CACHE_TAG_BYTES);
  }

  /** {@code Surrogate-Key}, separated by blanks, within the bounds of Fastly. */
  public static TagHeader surrogateKey(Collection<String> tags) {
    return of("Surrogate-Key", tags, ' ', SURROGATE_KEY_BYTES);
  }

  /**
   * Any such header.
   *
   * @param separator between tags
   * @param bytes how long the value may be; what proxies on the way take may be less
   */
  public static TagHeader of(String name, Collection<String> tags, char separator, int bytes) {
    StringBuilder value = new StringBuilder();
    List<String> omitted = new ArrayList<>();
    for (String tag : new LinkedHashSet<>(tags)) {
      String text = encode(tag);
      int more = text.length() + (value.isEmpty() ? 0 : 1);
      if (text.length() > TAG_BYTES || value.length() + more > bytes) {
        omitted.add(tag);
        continue;
      }
      if (!value.isEmpty()) {
        value.append(separator);
      }
      value.append(text);
    }
    return new TagHeader(name, value.toString(), omitted);
  }

  /** A tag as it stands in the header, which is how it is to be purged too. */
  public static String encode(String tag) {
    StringBuilder text = new StringBuilder(tag.length());
    for (byte b : tag.getBytes(UTF_8)) {
      char c = (char) (b & 0xFF);
      if (c <= ' ' || c >= 127 || c == ',' || c == '%') {
        text.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        text.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  /** Whether all tags are in it. */
  public boolean complete() {
    return omitted.isEmpty();
  }
}

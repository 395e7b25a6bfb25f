package dev.freshet.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/**
 * Values to bytes and back. Thread-safe.
 *
 * <p>Whatever is thrown while reading counts as a miss, so that a value of an older version of the
 * application is loaded anew; what is thrown while writing leaves the value uncached.
 */
public interface Codec {

  /** The bytes of a value. */
  <T> byte[] encode(T value, ValueType<T> type) throws IOException;

  /** The value of these bytes. */
  <T> T decode(byte[] bytes, ValueType<T> type) throws IOException;

  /** JSON, through Jackson with its defaults and the modules on the class path. */
  static Codec json() {
    return JacksonCodec.withModules();
  }

  /** Text as UTF-8; for values of class {@code String} alone. */
  static Codec text() {
    return new Codec() {
      @Override
      public <T> byte[] encode(T value, ValueType<T> type) {
        return ((String) value).getBytes(UTF_8);
      }

      @Override
      @SuppressWarnings("unchecked")
      public <T> T decode(byte[] bytes, ValueType<T> type) throws IOException {
        if (type.type() != String.class) {
          throw new IOException("text is of class String, not " + type);
        }
        return (T) new String(bytes, UTF_8);
      }
    };
  }
}

package dev.freshet.cache;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * JSON through Jackson. Needs {@code jackson-databind} on the class path, which the cache does not
 * bring. Thread-safe.
 */
public final class JacksonCodec implements Codec {

  private final ObjectMapper mapper;

  /** To work out anew how a type is read costs about as much as to read a small value. */
  private final ConcurrentMap<Type, ObjectReader> readers = new ConcurrentHashMap<>();

  private final ConcurrentMap<Type, ObjectWriter> writers = new ConcurrentHashMap<>();

  /**
   * @param mapper not to be changed any more
   */
  public JacksonCodec(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /** Jackson's defaults, its modules on the class path, and fields of newer versions ignored. */
  static JacksonCodec withModules() {
    return new JacksonCodec(
        new ObjectMapper()
            .findAndRegisterModules()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
  }

  @Override
  public <T> byte[] encode(T value, ValueType<T> type) throws IOException {
    return writers
        .computeIfAbsent(type.type(), it -> mapper.writerFor(mapper.constructType(it)))
        .writeValueAsBytes(value);
  }

  @Override
  public <T> T decode(byte[] bytes, ValueType<T> type) throws IOException {
    T value =
        readers
            .computeIfAbsent(type.type(), it -> mapper.readerFor(mapper.constructType(it)))
            .readValue(bytes);
    if (value == null) {
      throw new IOException("the JSON is null; what does not exist is marked in the header");
    }
    return value;
  }
}

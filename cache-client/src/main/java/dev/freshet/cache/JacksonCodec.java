package dev.freshet.cache;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * JSON through Jackson. Needs {@code jackson-databind} on the class path, which the cache does not
 * bring.
 *
 * @param mapper not to be changed any more
 */
public record JacksonCodec(ObjectMapper mapper) implements Codec {

  /** Jackson's defaults, its modules on the class path, and fields of newer versions ignored. */
  static JacksonCodec withModules() {
    return new JacksonCodec(
        new ObjectMapper()
            .findAndRegisterModules()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
  }

  @Override
  public <T> byte[] encode(T value, ValueType<T> type) throws IOException {
    return mapper.writerFor(mapper.constructType(type.type())).writeValueAsBytes(value);
  }

  @Override
  public <T> T decode(byte[] bytes, ValueType<T> type) throws IOException {
    T value = mapper.readValue(bytes, mapper.constructType(type.type()));
    if (value == null) {
      throw new IOException("the JSON is null; what does not exist is marked in the header");
    }
    return value;
  }
}

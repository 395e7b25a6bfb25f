package dev.freshet.cache;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a value is decoded to. For a generic type make a subclass: {@code new
 * ValueType<List<Order>>() {}}.
 */
public class ValueType<T> {

  private final Type type;

  /** The type that the subclass names. */
  protected ValueType() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType named)) {
      throw new IllegalStateException(
          "write new ValueType<List<Order>>() {} with the type between the brackets");
    }
    this.type = named.getActualTypeArguments()[0];
  }

  private ValueType(Type type) {
    this.type = type;
  }

  /** A plain class. */
  public static <T> ValueType<T> of(Class<T> type) {
    return new ValueType<>(type);
  }

  /** The type as Java's reflection has it. */
  public final Type type() {
    return type;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof ValueType<?> that && type.equals(that.type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }
}

package dev.freshet.runtime.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The scalar types a config may use. Immutable; {@link #with} gives a larger one. */
public final class Scalars {
  private final Map<Class<?>, Scalar<?>> byType;

  private Scalars(Map<Class<?>, Scalar<?>> byType) {
    this.byType = byType;
  }

  /**
   * String, boolean, int, long, double, {@link java.time.Duration}, {@link ByteSize} and {@link
   * Secret}. Enums need no entry.
   */
  public static Scalars standard() {
    Scalars scalars = new Scalars(Map.of());
    for (Scalar<?> scalar : StandardScalars.ALL) {
      scalars = scalars.with(scalar);
    }
    return scalars;
  }

  /** These and one more; a type that is already there is replaced. */
  public Scalars with(Scalar<?> scalar) {
    Map<Class<?>, Scalar<?>> more = new LinkedHashMap<>(byType);
    more.put(scalar.type(), scalar);
    return new Scalars(more);
  }

  Optional<Scalar<?>> of(Class<?> type) {
    if (type.isEnum()) {
      return Optional.of(byType.getOrDefault(type, EnumScalar.of(type)));
    }
    return Optional.ofNullable(byType.get(boxed(type)));
  }

  private static Class<?> boxed(Class<?> type) {
    return java.lang.invoke.MethodType.methodType(type).wrap().returnType();
  }
}

package dev.freshet.runtime.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A record type read as a {@link Shape}. A record that cannot be a config (no {@code @Doc}, a type
 * nobody registered) is a programmer error: {@link IllegalStateException}.
 */
final class Declaration {
  private final Scalars scalars;
  private final List<Class<?>> open = new ArrayList<>();

  private Declaration(Scalars scalars) {
    this.scalars = scalars;
  }

  static Shape.Group of(Class<?> recordType, Scalars scalars) {
    return new Declaration(scalars).group(recordType);
  }

  private Shape.Group group(Class<?> type) {
    check(type.isRecord(), type + " is not a record and no scalar is registered for it");
    check(!open.contains(type), type + " contains itself");
    open.add(type);
    List<Shape.Field> fields = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      fields.add(field(component, type));
    }
    open.remove(type);
    Doc doc = type.getAnnotation(Doc.class);
    return new Shape.Group(
        doc == null ? "" : doc.value(), List.copyOf(fields), shorthand(type, fields), make(type));
  }

  private Shape.Field field(RecordComponent component, Class<?> type) {
    String name = type.getSimpleName() + "." + component.getName();
    Doc doc = component.getAnnotation(Doc.class);
    check(doc != null, name + " has no @Doc");
    Default byDefault = component.getAnnotation(Default.class);
    Example example = component.getAnnotation(Example.class);
    Type declared = component.getGenericType();
    boolean optional = raw(declared) == Optional.class;
    check(!optional || byDefault == null, name + " is Optional and has a @Default; choose one");
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    return new Shape.Field(
        kebab(component.getName()),
        accessor,
        shape(optional ? argument(declared, 0) : declared, name),
        doc == null ? "" : doc.value(),
        byDefault == null ? Optional.empty() : Optional.of(byDefault.value()),
        example == null ? Optional.empty() : Optional.of(example.value()),
        optional);
  }

  private Shape shape(Type type, String name) {
    Class<?> raw = raw(type);
    if (raw == List.class) {
      return new Shape.Many(shape(argument(type, 0), name));
    }
    if (raw == Map.class) {
      Class<?> keyType = raw(argument(type, 0));
      Scalar<?> key =
          scalars
              .of(keyType)
              .orElseThrow(() -> new IllegalStateException(name + ": no scalar for " + keyType));
      return new Shape.Keyed(key, shape(argument(type, 1), name));
    }
    Optional<Scalar<?>> scalar = scalars.of(raw);
    return scalar.<Shape>map(Shape.One::new).orElseGet(() -> group(raw));
  }

  private static Optional<Shape.Field> shorthand(Class<?> type, List<Shape.Field> fields) {
    Shorthand shorthand = type.getAnnotation(Shorthand.class);
    if (shorthand == null) {
      return Optional.empty();
    }
    Optional<Shape.Field> field =
        fields.stream().filter(f -> f.component().equals(shorthand.value())).findFirst();
    check(field.isPresent(), type + " has no component \"" + shorthand.value() + "\"");
    return field;
  }

  private static Constructor<?> make(Class<?> type) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("no canonical constructor in " + type, e);
    }
  }

  private static Class<?> raw(Type type) {
    if (type instanceof Class<?> plain) {
      return plain;
    }
    check(type instanceof ParameterizedType, type + " is too generic for a config");
    return (Class<?>) ((ParameterizedType) type).getRawType();
  }

  private static Type argument(Type type, int index) {
    check(type instanceof ParameterizedType, type + " needs its type arguments");
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
